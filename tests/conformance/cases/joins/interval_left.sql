-- mode: rows
-- tables: orders payments
SELECT o.id, p.how, p.pay_time FROM orders o LEFT JOIN payments p
ON o.id = p.order_id AND p.pay_time BETWEEN o.order_time AND o.order_time + INTERVAL '5' MINUTE;
