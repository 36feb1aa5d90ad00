-- mode: rows
-- Late rows in a window Top-N.
-- tables: clicks
SELECT window_start, username, ms FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY ms DESC, username) AS rn
  FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTES))) WHERE rn <= 2;
