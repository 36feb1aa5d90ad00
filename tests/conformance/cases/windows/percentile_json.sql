-- mode: rows
-- tables: orders
SELECT window_start, PERCENTILE(quantity, 0.5) AS m, JSON_ARRAYAGG(product) AS j, STDDEV_POP(quantity) AS d, ARRAY_AGG(id) AS ids, LAST_VALUE(price) AS l
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '25' MINUTES)) GROUP BY window_start, window_end;
