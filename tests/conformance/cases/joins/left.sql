-- mode: rows
-- tables: orders payments
SELECT o.id, o.customer, p.how, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.order_id;
