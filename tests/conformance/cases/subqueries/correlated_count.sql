-- mode: rows
-- tables: orders payments
SELECT o.id, (SELECT COUNT(*) FROM payments p WHERE p.order_id = o.id) AS n FROM orders o WHERE o.id <= 8;
