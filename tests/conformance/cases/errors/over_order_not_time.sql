-- mode: error
-- tables: orders
SELECT id, SUM(quantity) OVER (PARTITION BY product ORDER BY price DESC) FROM orders;
