-- mode: rows
-- tables: orders payments
SELECT o.id, p.how FROM orders o LEFT JOIN payments p ON o.id = p.order_id AND o.quantity > 5 WHERE o.id < 12;
