-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id, p.how FROM orders o FULL JOIN payments p
ON o.id = p.order_id AND p.pay_time >= o.order_time AND p.pay_time < o.order_time + INTERVAL '3' MINUTE;
