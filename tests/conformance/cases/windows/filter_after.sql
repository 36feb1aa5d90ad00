-- mode: rows
-- tables: orders
SELECT window_start, product, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES))
WHERE quantity > 4 GROUP BY window_start, window_end, product;
