-- mode: rows
-- Two lists of grouping sets multiply.
-- tables: orders
SELECT product, currency, COUNT(*) AS n FROM orders WHERE id < 14 GROUP BY GROUPING SETS ((product), ()), GROUPING SETS ((currency), ());
