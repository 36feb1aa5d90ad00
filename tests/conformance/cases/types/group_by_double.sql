-- mode: rows
SELECT d, COUNT(*) AS n FROM (VALUES (1.0e0), (CAST(1 AS DOUBLE)), (CAST('NaN' AS DOUBLE)), (CAST('NaN' AS DOUBLE)), (CAST('Infinity' AS DOUBLE))) AS t(d) GROUP BY d;
