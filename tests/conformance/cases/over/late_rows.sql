-- mode: rows
-- Late rows are left out of a frame of rows.
-- tables: clicks
SELECT ts, username, SUM(ms) OVER (PARTITION BY username ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s FROM clicks;
