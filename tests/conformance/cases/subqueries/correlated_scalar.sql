-- mode: rows
-- tables: orders payments
SELECT o.id, (SELECT SUM(amount) FROM payments p WHERE p.order_id = o.id) AS paid FROM orders o WHERE o.id <= 12;
