-- mode: rows
-- tables: orders payments
SELECT o.id, o.window_start FROM (
  SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTES))) o
WHERE o.id IN (SELECT order_id FROM (SELECT * FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '5' MINUTES))) p
  WHERE o.window_start = p.window_start AND o.window_end = p.window_end);
