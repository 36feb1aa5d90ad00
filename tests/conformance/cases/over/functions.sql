-- mode: rows
-- tables: orders
SELECT id, FIRST_VALUE(id) OVER w AS f, LAST_VALUE(id) OVER w AS l, COUNT(DISTINCT currency) OVER w AS d, LISTAGG(currency) OVER w AS c, STDDEV_POP(price) OVER w AS s
FROM orders WINDOW w AS (PARTITION BY product ORDER BY order_time ROWS BETWEEN 4 PRECEDING AND CURRENT ROW);
