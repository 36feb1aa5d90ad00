-- mode: rows
-- tables: orders
SELECT window_start, COUNT(DISTINCT customer) AS c, COUNT(DISTINCT product) AS p
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES, INTERVAL '20' MINUTES)) GROUP BY window_start, window_end;
