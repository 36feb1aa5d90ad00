-- mode: rows
-- A left join of growing windows.
-- tables: orders payments
SELECT o.window_start, o.window_end, o.n, p.m FROM (
  SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES, INTERVAL '30' MINUTES)) GROUP BY window_start, window_end) o
LEFT JOIN (SELECT window_start, window_end, COUNT(*) AS m FROM TABLE(CUMULATE(TABLE payments, DESCRIPTOR(pay_time), INTERVAL '10' MINUTES, INTERVAL '30' MINUTES)) WHERE how = 'card' GROUP BY window_start, window_end) p
ON o.window_start = p.window_start AND o.window_end = p.window_end;
