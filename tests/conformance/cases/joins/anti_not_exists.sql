-- mode: rows
-- tables: orders payments
SELECT id, product FROM orders o WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id);
