-- mode: rows
-- DISTINCT, FILTER and LISTAGG in growing windows.
-- tables: orders
SELECT window_start, window_end, COUNT(DISTINCT customer) AS c, SUM(quantity) FILTER (WHERE currency = 'EUR') AS eur, LISTAGG(product, '/') AS l, MAX(price) AS hi
FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES, INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
