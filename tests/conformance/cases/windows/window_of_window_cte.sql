-- mode: rows
-- tables: bid
WITH fives AS (
  SELECT supplier, window_time AS rowtime, SUM(price) AS partial
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '5' MINUTES)) GROUP BY supplier, window_start, window_end, window_time)
SELECT window_start, supplier, SUM(partial) AS total FROM TABLE(TUMBLE(TABLE fives, DESCRIPTOR(rowtime), INTERVAL '10' MINUTES)) GROUP BY supplier, window_start, window_end;
