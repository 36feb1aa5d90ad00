-- mode: rows
-- tables: clicks
SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE clicks, DESCRIPTOR(ts), INTERVAL '20' SECONDS)) GROUP BY window_start, window_end;
