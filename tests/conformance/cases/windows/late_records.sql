-- mode: rows
-- tables: clicks
SELECT window_start, COUNT(*) AS n, SUM(ms) AS ms
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '30' SECONDS))
GROUP BY window_start, window_end;
