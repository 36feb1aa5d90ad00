-- mode: rows
-- tables: orders
SELECT p, t.id, t.quantity FROM (SELECT DISTINCT product AS p FROM orders),
LATERAL (SELECT id, quantity FROM orders WHERE product = p ORDER BY quantity DESC, id LIMIT 2) AS t;
