-- mode: rows
-- tables: bid
SELECT item, supplier, window_start, window_end FROM TABLE(SESSION(TABLE bid PARTITION BY supplier, DESCRIPTOR(bidtime), INTERVAL '4' MINUTES));
