-- mode: rows
-- tables: clicks
SELECT ts, username, COUNT(*) OVER (PARTITION BY username ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS n FROM clicks;
