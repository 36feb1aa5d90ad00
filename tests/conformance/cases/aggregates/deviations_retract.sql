-- mode: rows
-- Deviations over values that are taken back again.
-- tables: orders
SELECT STDDEV_SAMP(q) AS a, VAR_POP(n) AS b, VAR_SAMP(q) AS c, AVG(q) AS d, STDDEV_POP(CAST(q AS DOUBLE)) AS e FROM (SELECT product, COUNT(*) AS n, SUM(quantity) AS q FROM orders GROUP BY product);
