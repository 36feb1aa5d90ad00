-- mode: rows
-- Sessions of windows.
-- tables: clicks
CREATE VIEW tens AS SELECT username, window_time AS t, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECONDS)) GROUP BY username, window_start, window_end, window_time;
SELECT username, window_start, window_end, SUM(n) AS n, COUNT(*) AS tens FROM TABLE(SESSION(TABLE tens PARTITION BY username, DESCRIPTOR(t), INTERVAL '40' SECONDS)) GROUP BY username, window_start, window_end;
