-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id FROM (SELECT * FROM orders WHERE id < 6) o JOIN (SELECT * FROM payments WHERE order_id < 9) p ON o.price < p.amount AND o.id > p.order_id;
