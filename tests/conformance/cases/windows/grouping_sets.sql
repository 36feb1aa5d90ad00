-- mode: rows
-- tables: orders
SELECT window_start, product, currency, SUM(quantity) AS q
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '30' MINUTES))
GROUP BY window_start, window_end, GROUPING SETS ((product), (currency), ());
