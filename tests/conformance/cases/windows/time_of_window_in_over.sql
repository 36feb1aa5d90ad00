-- mode: rows
-- tables: orders
CREATE VIEW tens AS SELECT window_time AS t, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end, window_time;
SELECT t, n, SUM(n) OVER (ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two FROM tens;
