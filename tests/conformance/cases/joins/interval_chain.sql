-- mode: rows
-- An interval join of an interval join.
-- tables: orders payments
SELECT a.id, p.how, b.id AS next_id FROM orders a JOIN payments p ON a.id = p.order_id AND p.pay_time BETWEEN a.order_time AND a.order_time + INTERVAL '5' MINUTE
JOIN orders b ON b.id = a.id + 1 AND b.order_time BETWEEN a.order_time AND a.order_time + INTERVAL '2' MINUTE;
