-- mode: error
-- tables: orders
SELECT product, quantity FROM orders GROUP BY product;
