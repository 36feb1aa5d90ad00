-- mode: rows
-- tables: bid
SELECT item, window_start, window_end FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES));
