-- mode: rows
-- tables: orders
SELECT window_start, product, COUNT(*) AS n, SUM(price * quantity) AS total, COUNT(DISTINCT customer) AS c, AVG(quantity) AS a
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end, product;
