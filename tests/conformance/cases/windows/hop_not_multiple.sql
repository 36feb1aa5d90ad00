-- mode: error
-- tables: bid
SELECT window_start, COUNT(*) FROM TABLE(HOP(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '4' MINUTES, INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
