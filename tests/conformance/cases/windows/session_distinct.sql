-- mode: rows
-- DISTINCT, FILTER and HAVING in sessions.
-- tables: clicks
SELECT username, window_start, window_end, COUNT(DISTINCT page) AS p, COUNT(*) FILTER (WHERE ms > 300) AS slow, AVG(ms) AS a
FROM TABLE(SESSION(TABLE clicks PARTITION BY username, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY username, window_start, window_end HAVING COUNT(*) > 1;
