-- mode: rows
-- tables: bid
SELECT window_start, window_end, supplier, SUM(price) AS total
FROM TABLE(SESSION(TABLE bid PARTITION BY supplier, DESCRIPTOR(bidtime), INTERVAL '4' MINUTES))
GROUP BY window_start, window_end, supplier;
