-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id FROM (SELECT * FROM orders WHERE id < 10) o FULL JOIN (SELECT * FROM payments WHERE order_id < 10) p ON o.id = p.order_id AND p.amount > 40;
