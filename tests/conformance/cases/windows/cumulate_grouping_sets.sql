-- mode: rows
-- Grouping sets in growing windows.
-- tables: orders
SELECT window_start, window_end, product, currency, COUNT(*) AS n FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '20' MINUTES, INTERVAL '40' MINUTES))
GROUP BY window_start, window_end, GROUPING SETS ((product, currency), (product), ());
