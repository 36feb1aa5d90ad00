-- mode: rows
-- tables: clicks
SELECT username, page, window_start, window_end, COUNT(*) AS n
FROM TABLE(SESSION(TABLE clicks PARTITION BY (username, page), DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY username, page, window_start, window_end;
