-- mode: error
SELECT 1, 2 UNION ALL SELECT 1;
