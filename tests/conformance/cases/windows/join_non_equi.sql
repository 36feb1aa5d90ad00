-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id, p.amount FROM (
  SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '2' MINUTES))) o
JOIN (SELECT * FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '2' MINUTES))) p
ON o.window_start = p.window_start AND o.window_end = p.window_end AND p.amount > o.price * 10;
