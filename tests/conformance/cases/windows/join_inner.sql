-- mode: rows
-- tables: orders payments
SELECT o.id, p.how, o.window_start FROM (
  SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTES))) o
JOIN (SELECT * FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '5' MINUTES))) p
ON o.id = p.order_id AND o.window_start = p.window_start AND o.window_end = p.window_end;
