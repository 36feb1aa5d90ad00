-- mode: rows
-- Every combination of two keys, those kept that are totals over one of them.
-- tables: orders
SELECT product, currency, COUNT(*) AS n, CASE GROUPING(product) WHEN 1 THEN 'all' ELSE product END AS label FROM orders
GROUP BY CUBE (product, currency) HAVING COUNT(*) > 3 AND GROUPING(currency) = 1;
