-- mode: rows
-- Over elements that are NOT NULL Flink 2.3 answers -1 for what is not there; over nullable ones NULL.
SELECT
  ARRAY[10, 20, 30][5] AS c01,
  MAP['a', 1]['z'] AS c02,
  ARRAY[10, CAST(NULL AS INT)][5] AS c03,
  MAP['a', CAST(NULL AS INT)]['z'] AS c04,
  ARRAY['a'][3] AS c05;
