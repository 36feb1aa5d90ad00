-- mode: rows
-- tables: clicks
SELECT a.username, a.n, b.ms FROM (
  SELECT window_start, window_end, username, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '2' MINUTES)) GROUP BY window_start, window_end, username) a
JOIN (SELECT window_start, window_end, username, SUM(ms) AS ms FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '2' MINUTES)) GROUP BY window_start, window_end, username) b
ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.username = b.username;
