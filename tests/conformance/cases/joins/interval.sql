-- mode: rows
-- tables: orders payments
SELECT o.id, o.order_time, p.pay_time, p.how
FROM orders o, payments p
WHERE o.id = p.order_id AND p.pay_time BETWEEN o.order_time AND o.order_time + INTERVAL '5' MINUTE;
