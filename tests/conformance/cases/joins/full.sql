-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id, p.how FROM (SELECT * FROM orders WHERE id <= 12) o FULL OUTER JOIN (SELECT * FROM payments WHERE order_id >= 8) p ON o.id = p.order_id;
