-- mode: error
-- tables: orders
SELECT id FROM orders a JOIN orders b ON a.product = b.product;
