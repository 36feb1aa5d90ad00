-- mode: rows
-- Three windows aggregates joined.
-- tables: orders payments
SELECT a.window_start, a.n, b.m, c.k FROM (
  SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end) a
JOIN (SELECT window_start, window_end, COUNT(*) AS m FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end) b
ON a.window_start = b.window_start AND a.window_end = b.window_end
JOIN (SELECT window_start, window_end, COUNT(DISTINCT product) AS k FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end) c
ON a.window_start = c.window_start AND a.window_end = c.window_end;
