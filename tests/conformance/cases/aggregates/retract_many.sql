-- mode: rows
-- Every aggregate over rows that are taken back again.
-- tables: orders
SELECT n, COUNT(DISTINCT product) AS d, MIN(product) AS lo, MAX(product) AS hi, AVG(q) AS a, SUM(q) AS s, STDDEV_POP(q) AS sp, LISTAGG(product) AS l
FROM (SELECT product, COUNT(*) AS n, SUM(quantity) AS q FROM orders GROUP BY product) GROUP BY n;
