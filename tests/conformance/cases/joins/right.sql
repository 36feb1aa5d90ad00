-- mode: rows
-- tables: orders payments
SELECT o.id, o.customer, p.order_id, p.how FROM payments p LEFT JOIN orders o ON o.id = p.order_id AND o.quantity > 5;
