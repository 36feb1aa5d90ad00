-- mode: rows
-- tables: orders
SELECT a.id, b.product FROM (SELECT id FROM orders WHERE id < 4) a CROSS JOIN (SELECT DISTINCT product FROM orders) b;
