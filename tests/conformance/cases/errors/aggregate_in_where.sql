-- mode: error
-- tables: orders
SELECT product FROM orders WHERE COUNT(*) > 1 GROUP BY product;
