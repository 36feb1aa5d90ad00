-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id, p.how FROM orders o RIGHT JOIN payments p ON o.id = p.order_id AND o.product = 'pen';
