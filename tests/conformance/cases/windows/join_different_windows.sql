-- mode: rows
-- A join of unlike windows is no window join.
-- tables: orders payments
SELECT o.n, p.n AS m FROM (
  SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '30' MINUTES)) GROUP BY window_start, window_end) o
JOIN (SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end) p
ON o.window_start = p.window_start;
