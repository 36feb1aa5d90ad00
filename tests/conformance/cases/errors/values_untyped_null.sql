-- mode: error
SELECT * FROM (VALUES (1, NULL)) AS t(a, b);
