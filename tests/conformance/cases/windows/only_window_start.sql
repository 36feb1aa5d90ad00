-- mode: rows
-- Grouped by one bound alone, it is an ordinary aggregate.
-- tables: bid
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES)) GROUP BY window_start;
