-- mode: error
-- A window function takes a table or a view by its name, no query in place.
-- tables: bid
SELECT window_start FROM TABLE(TUMBLE(TABLE (SELECT * FROM bid), DESCRIPTOR(bidtime), INTERVAL '10' MINUTES));
