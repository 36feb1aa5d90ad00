-- mode: rows
-- OVER by the time that an interval join keeps.
-- tables: orders payments
SELECT id, SUM(amount) OVER (PARTITION BY how ORDER BY order_time) AS s FROM (
  SELECT o.id, o.order_time, p.how, p.amount FROM orders o JOIN payments p ON o.id = p.order_id AND p.pay_time BETWEEN o.order_time AND o.order_time + INTERVAL '4' MINUTE);
