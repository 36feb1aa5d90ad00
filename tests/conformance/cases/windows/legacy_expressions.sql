-- mode: rows
-- Expressions over the bounds and the key of a group window.
-- tables: orders
SELECT DATE_FORMAT(TUMBLE_END(order_time, INTERVAL '1' HOUR), 'HH:mm') AS e, UPPER(product) AS p, COUNT(*) FILTER (WHERE quantity > 4) AS many, AVG(price) AS a
FROM orders WHERE product <> 'map' GROUP BY TUMBLE(order_time, INTERVAL '1' HOUR), UPPER(product);
