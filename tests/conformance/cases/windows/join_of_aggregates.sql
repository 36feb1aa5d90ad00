-- mode: rows
-- tables: orders payments
SELECT o.window_start, o.n AS orders, p.n AS payments FROM (
  SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end) o
JOIN (SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end) p
ON o.window_start = p.window_start AND o.window_end = p.window_end;
