-- mode: rows
-- tables: orders
SELECT id, STDDEV_SAMP(price) OVER w AS a, VAR_POP(price) OVER w AS b, VAR_SAMP(price) OVER w AS c, STDDEV_POP(quantity) OVER w AS d, VAR_SAMP(quantity) OVER w AS e, VAR_POP(CAST(quantity AS DOUBLE)) OVER w AS f FROM orders WINDOW w AS (PARTITION BY product ORDER BY order_time);
