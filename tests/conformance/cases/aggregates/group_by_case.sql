-- mode: rows
-- Groups by a CASE over a nullable column.
-- tables: orders
SELECT CASE WHEN price IS NULL THEN 'none' WHEN price < 5 THEN 'low' WHEN price < 10 THEN 'mid' ELSE 'high' END AS band, COUNT(*) AS n, MIN(price) AS lo, MAX(price) AS hi
FROM orders GROUP BY CASE WHEN price IS NULL THEN 'none' WHEN price < 5 THEN 'low' WHEN price < 10 THEN 'mid' ELSE 'high' END;
