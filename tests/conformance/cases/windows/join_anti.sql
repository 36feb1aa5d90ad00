-- mode: rows
-- tables: orders payments
SELECT o.id, o.window_start FROM (
  SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTES))) o
WHERE NOT EXISTS (SELECT * FROM (SELECT * FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '5' MINUTES))) p
  WHERE o.id = p.order_id AND o.window_start = p.window_start AND o.window_end = p.window_end);
