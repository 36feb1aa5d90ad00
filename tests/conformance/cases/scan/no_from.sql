-- mode: rows
SELECT 1, 'a', 1 + 1, CAST(NULL AS INT) AS n;
