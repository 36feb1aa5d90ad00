-- mode: rows
-- A hop larger than its window leaves rows out.
-- tables: bid
SELECT item, window_start, window_end FROM TABLE(HOP(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES, INTERVAL '5' MINUTES));
