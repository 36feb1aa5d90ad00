-- mode: rows
-- tables: orders
WITH a AS (SELECT id, quantity FROM orders WHERE quantity > 3), b AS (SELECT id FROM a WHERE quantity < 7), c (the_id) AS (SELECT id FROM b)
SELECT the_id FROM c WHERE the_id < 20;
