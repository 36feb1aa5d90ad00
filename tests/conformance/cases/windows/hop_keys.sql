-- mode: rows
-- tables: orders
SELECT window_start, window_end, currency, SUM(quantity) AS q, MIN(price) AS lo
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' MINUTES, INTERVAL '30' MINUTES)) GROUP BY window_start, window_end, currency;
