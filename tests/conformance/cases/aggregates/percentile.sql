-- mode: rows
-- tables: orders
SELECT product, PERCENTILE(quantity, 0.5) AS median, PERCENTILE(price, ARRAY[0.25, 0.75]) AS q FROM orders GROUP BY product;
