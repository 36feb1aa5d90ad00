-- mode: rows
-- Sessions of each user, counted by page.
-- tables: clicks
SELECT window_start, window_end, username, page, COUNT(*) AS n FROM TABLE(SESSION(TABLE clicks PARTITION BY username, DESCRIPTOR(ts), INTERVAL '2' MINUTES)) GROUP BY window_start, window_end, username, page;
