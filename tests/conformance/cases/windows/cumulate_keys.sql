-- mode: rows
-- tables: orders
SELECT window_start, window_end, product, COUNT(*) AS n
FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES, INTERVAL '30' MINUTES)) GROUP BY window_start, window_end, product;
