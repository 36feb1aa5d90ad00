-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id, o.window_start, o.window_end FROM (
  SELECT * FROM TABLE(HOP(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) WHERE id < 6) o
JOIN (SELECT * FROM TABLE(HOP(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)) WHERE order_id < 6) p
ON o.window_start = p.window_start AND o.window_end = p.window_end AND o.id = p.order_id;
