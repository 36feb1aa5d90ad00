-- mode: rows
-- tables: clicks
SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(ts), INTERVAL '20' SECONDS, INTERVAL '1' MINUTES)) GROUP BY window_start, window_end;
