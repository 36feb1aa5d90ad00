-- mode: rows
-- tables: orders
SELECT product, GROUP_ID() AS g, COUNT(*) AS n FROM orders GROUP BY GROUPING SETS ((product), (product));
