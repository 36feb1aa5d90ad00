-- mode: rows
-- A condition with OR has no key.
-- tables: orders payments
SELECT o.id, p.order_id, p.how FROM (SELECT * FROM orders WHERE id < 9) o JOIN (SELECT * FROM payments WHERE order_id < 9) p ON o.id = p.order_id OR o.id = p.order_id + 4;
