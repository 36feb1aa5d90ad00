-- mode: rows
-- tables: bid
SELECT item, window_start, window_end, window_time FROM TABLE(HOP(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '4' MINUTES, INTERVAL '8' MINUTES));
