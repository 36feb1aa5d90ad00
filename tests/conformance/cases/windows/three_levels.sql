-- mode: rows
-- Windows of windows of windows.
-- tables: orders
CREATE VIEW fives AS SELECT window_time AS t, product, SUM(quantity) AS q FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end, window_time, product;
CREATE VIEW tens AS SELECT window_time AS t, SUM(q) AS q, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE fives, DESCRIPTOR(t), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end, window_time;
SELECT window_start, window_end, SUM(q) AS q, MAX(n) AS n FROM TABLE(CUMULATE(TABLE tens, DESCRIPTOR(t), INTERVAL '20' MINUTES, INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
