-- mode: rows
-- tables: orders
SELECT product, currency, COUNT(*) AS n, GROUPING(product) AS gp, GROUPING(currency) AS gc, GROUPING_ID(product, currency) AS gid
FROM orders GROUP BY GROUPING SETS ((product, currency), (product), ());
