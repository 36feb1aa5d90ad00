-- mode: rows
-- DISTINCT aggregates over a range of time.
-- tables: orders
SELECT id, SUM(DISTINCT quantity) OVER w AS s, COUNT(DISTINCT customer) OVER w AS c, AVG(DISTINCT price) OVER w AS a FROM orders WINDOW w AS (PARTITION BY currency ORDER BY order_time RANGE BETWEEN INTERVAL '15' MINUTE PRECEDING AND CURRENT ROW);
