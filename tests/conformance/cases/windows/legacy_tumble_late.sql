-- mode: rows
-- tables: clicks
SELECT TUMBLE_START(ts, INTERVAL '30' SECOND) AS s, COUNT(*) AS n FROM clicks GROUP BY TUMBLE(ts, INTERVAL '30' SECOND);
