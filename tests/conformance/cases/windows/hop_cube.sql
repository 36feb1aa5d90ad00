-- mode: rows
-- CUBE over a key and an expression in hopping windows.
-- tables: orders
SELECT window_start, window_end, currency, quantity > 4 AS many, SUM(quantity) AS q FROM TABLE(HOP(TABLE orders, DESCRIPTOR(order_time), INTERVAL '30' MINUTES, INTERVAL '1' HOUR))
GROUP BY window_start, window_end, CUBE (currency, quantity > 4);
