-- mode: rows
-- tables: orders payments
SELECT id, product FROM orders o WHERE EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.amount > o.price * 5);
