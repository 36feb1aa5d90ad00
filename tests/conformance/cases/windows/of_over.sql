-- mode: rows
-- A window over running sums.
-- tables: orders
CREATE VIEW sums AS SELECT product, order_time, SUM(quantity) OVER (PARTITION BY product ORDER BY order_time) AS q FROM orders;
SELECT window_start, product, MAX(q) AS q FROM TABLE(TUMBLE(TABLE sums, DESCRIPTOR(order_time), INTERVAL '20' MINUTES)) GROUP BY window_start, window_end, product;
