-- mode: rows
-- QUALIFY over a window function's rows.
-- tables: orders
SELECT window_start, product, id FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '30' MINUTES))
QUALIFY ROW_NUMBER() OVER (PARTITION BY window_start, window_end, product ORDER BY quantity DESC, id) = 1;
