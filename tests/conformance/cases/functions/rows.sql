-- mode: rows
-- Rows: their fields, comparison and NULL.
SELECT
  ROW(1, 'a') = ROW(1, 'a') AS c01,
  ROW(1, 'a') <> ROW(1, 'b') AS c02,
  ROW(1, 2) IS NOT NULL AS c03,
  ROW(1, CAST(NULL AS INT)) = ROW(1, CAST(NULL AS INT)) AS c04,
  CAST(ROW(1, 'a') AS ROW<x INT, y STRING>).y AS c05,
  ROW(1, ROW(2, 3)) AS c06,
  ROW(ARRAY[1], MAP['a', 1]) AS c07,
  ARRAY[ROW(1, 'a'), ROW(2, 'b')][2] AS c08,
  CAST(ARRAY[ROW(1, 'a')] AS ARRAY<ROW<x INT, y STRING>>)[1].x AS c09,
  CAST(NULL AS ROW<a INT, b STRING>) AS c10,
  CAST(NULL AS ROW<a INT, b STRING>).b AS c11,
  COALESCE(CAST(NULL AS ROW<a INT, b STRING>), ROW(1, 'x')) AS c12,
  CAST(ROW(CAST(NULL AS INT), 'a') AS STRING) AS c13,
  CAST(ROW(TRUE, 1.5, DATE '2024-01-01') AS STRING) AS c14,
  (1, 2, 3) AS c15,
  ROW('a') AS c16,
  MAP['k', ROW(1, 2)]['k'] AS c17,
  CARDINALITY(ARRAY[ROW(1), ROW(2)]) AS c18,
  JSON_STRING(CAST(ROW(1, ROW('x')) AS ROW<a INT, b ROW<c STRING>>)) AS c19;
