-- mode: ordered
-- tables: orders
CREATE VIEW v AS SELECT window_start, window_time, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time;
DESCRIBE v;
