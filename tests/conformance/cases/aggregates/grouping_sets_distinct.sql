-- mode: rows
-- DISTINCT and FILTER in each of the grouping sets.
-- tables: orders
SELECT product, currency, COUNT(DISTINCT customer) AS c, SUM(price) FILTER (WHERE quantity > 3) AS s FROM orders
GROUP BY GROUPING SETS ((product), (currency), (product, currency));
