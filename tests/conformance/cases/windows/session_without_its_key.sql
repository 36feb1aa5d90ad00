-- mode: rows
-- The sessions of all users that have the same bounds.
-- tables: clicks
SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE clicks PARTITION BY username, DESCRIPTOR(ts), INTERVAL '2' MINUTES)) GROUP BY window_start, window_end;
