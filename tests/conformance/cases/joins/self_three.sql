-- mode: rows
-- tables: orders
SELECT a.id, b.id AS b_id, c.id AS c_id FROM orders a JOIN orders b ON a.product = b.product AND a.id < b.id JOIN orders c ON b.product = c.product AND b.id < c.id WHERE c.id < 14;
