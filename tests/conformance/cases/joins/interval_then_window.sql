-- mode: rows
-- tables: orders payments
CREATE VIEW paid AS SELECT o.id, o.order_time, p.amount FROM orders o JOIN payments p
  ON o.id = p.order_id AND p.pay_time BETWEEN o.order_time AND o.order_time + INTERVAL '10' MINUTE;
SELECT window_start, COUNT(*) AS n, SUM(amount) AS amount FROM TABLE(TUMBLE(TABLE paid, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end;
