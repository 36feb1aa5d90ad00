-- mode: rows
-- tables: bid
SELECT window_start, window_end, SUM(partial) AS total, COUNT(*) AS n FROM TABLE(TUMBLE((
  SELECT window_time AS rowtime, SUM(price) AS partial
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end, window_time
), DESCRIPTOR(rowtime), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
