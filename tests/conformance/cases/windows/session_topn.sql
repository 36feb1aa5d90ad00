-- mode: rows
-- The slowest of each session.
-- tables: clicks
SELECT username, window_start, window_end, page, ms, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY username, window_start, window_end ORDER BY ms DESC) AS rn
  FROM TABLE(SESSION(TABLE clicks PARTITION BY username, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) WHERE rn <= 2;
