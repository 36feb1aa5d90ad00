-- mode: rows
-- tables: orders payments
SELECT o.id, p.how FROM orders o JOIN payments p
ON o.id = p.order_id AND p.amount > 40 AND o.order_time BETWEEN p.pay_time - INTERVAL '10' MINUTE AND p.pay_time;
