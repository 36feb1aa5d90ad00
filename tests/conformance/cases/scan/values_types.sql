-- mode: rows
SELECT * FROM (VALUES (1, 'a', 1.5, TRUE), (2, 'bb', 22.25, FALSE), (3, CAST(NULL AS STRING), 0.125, CAST(NULL AS BOOLEAN))) AS t(i, s, d, b);
