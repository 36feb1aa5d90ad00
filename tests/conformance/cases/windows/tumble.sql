-- mode: rows
-- tables: bid
SELECT window_start, window_end, window_time, SUM(price) AS total, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES))
GROUP BY window_start, window_end, window_time;
