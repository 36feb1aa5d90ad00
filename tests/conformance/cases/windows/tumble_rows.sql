-- mode: rows
-- The window function by itself: each row with its window.
-- tables: bid
SELECT * FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES));
