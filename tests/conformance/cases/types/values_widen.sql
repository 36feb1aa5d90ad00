-- mode: rows
SELECT a, b FROM (VALUES (1, 'a'), (2.5, 'bcd'), (CAST(3 AS BIGINT), CAST(NULL AS STRING))) AS t(a, b);
