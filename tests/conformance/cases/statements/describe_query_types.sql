-- mode: ordered
-- The types of literals and calls in a view.
CREATE VIEW v AS SELECT 1 AS a, 'x' AS b, 1.5 AS c, NOW() AS d, CAST(NULL AS INT) AS e, ARRAY['a', 'bc'] AS f, MAP['k', 1] AS g, ROW(1, 'z') AS h, INTERVAL '1' DAY AS i, TRUE AS j, x'00' AS k, CURRENT_DATE AS l, UPPER('q') AS m, 1 + 1 AS n, 5 / 2.0 AS o;
DESCRIBE v;
