-- mode: rows
-- For each row an aggregate over what belongs to it.
-- tables: orders payments
SELECT o.id, t.n, t.s FROM orders o, LATERAL (SELECT COUNT(*) AS n, SUM(amount) AS s FROM payments p WHERE p.order_id = o.id AND p.amount > 30) AS t WHERE o.id < 12;
