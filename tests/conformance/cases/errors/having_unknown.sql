-- mode: error
-- tables: orders
SELECT product FROM orders GROUP BY product HAVING total > 1;
