-- mode: rows
-- DISTINCT aggregates over NULLs that come more than once.
SELECT COUNT(DISTINCT v) AS a, COUNT(v) AS b, SUM(DISTINCT v) AS c, LISTAGG(DISTINCT CAST(v AS STRING)) AS l, ARRAY_AGG(DISTINCT v) AS d FROM (VALUES (1), (CAST(NULL AS INT)), (1), (2), (CAST(NULL AS INT))) AS t(v);
