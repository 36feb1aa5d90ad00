-- mode: error
SELECT 1 UNION ALL SELECT 'a';
