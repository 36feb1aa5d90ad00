-- mode: rows
-- tables: orders
SELECT window_start, COUNT(*) FILTER (WHERE quantity > 4) AS many, COUNT(DISTINCT product) AS p, MAX(price) AS hi, LISTAGG(product) AS l, FIRST_VALUE(id) AS f, LAST_VALUE(id) AS t
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '20' MINUTES)) GROUP BY window_start, window_end;
