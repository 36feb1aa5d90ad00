-- mode: rows
-- LAG of several types, and as a part of expressions.
-- tables: orders
SELECT id, LAG(customer) OVER w AS c, LAG(quantity, 1, 0) OVER w AS p, price - LAG(price) OVER w AS rise, TIMESTAMPDIFF(MINUTE, LAG(order_time) OVER w, order_time) AS gap
FROM orders WINDOW w AS (PARTITION BY currency ORDER BY order_time);
