-- mode: rows
-- tables: orders
SELECT window_start, UPPER(product) AS p, quantity > 4 AS many, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '30' MINUTES)) GROUP BY window_start, window_end, UPPER(product), quantity > 4;
