-- mode: error
-- tables: orders
SELECT window_start, COUNT(*) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '7' MINUTE, INTERVAL '20' MINUTE)) GROUP BY window_start, window_end;
