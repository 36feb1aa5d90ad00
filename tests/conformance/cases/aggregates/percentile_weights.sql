-- mode: rows
-- Percentiles of decimals, with weights, and at both ends.
-- tables: orders
SELECT product, PERCENTILE(price, 0.9) AS p, PERCENTILE(price, 0.5, quantity) AS w, PERCENTILE(quantity, ARRAY[0.0, 1.0]) AS ends FROM orders GROUP BY product;
