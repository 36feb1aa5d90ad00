-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id FROM (SELECT * FROM orders WHERE id < 8) o LEFT JOIN (SELECT * FROM payments WHERE order_id < 5) p ON o.id > p.order_id AND p.amount > 50;
