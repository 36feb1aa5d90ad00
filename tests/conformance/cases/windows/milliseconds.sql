-- mode: rows
-- tables: bid
SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '90.5' SECOND)) GROUP BY window_start, window_end;
