-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id, p.how FROM orders o RIGHT JOIN payments p
ON o.id = p.order_id AND p.pay_time BETWEEN o.order_time - INTERVAL '1' MINUTE AND o.order_time + INTERVAL '4' MINUTE;
