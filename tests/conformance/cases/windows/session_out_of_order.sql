-- mode: rows
-- Sessions that grow together when a row between them comes later.
-- tables: clicks
SELECT username, window_start, window_end, COUNT(*) AS n, SUM(ms) AS ms, MIN(page) AS first_page
FROM TABLE(SESSION(TABLE clicks PARTITION BY username, DESCRIPTOR(ts), INTERVAL '30' SECONDS)) GROUP BY username, window_start, window_end;
