-- mode: rows
-- tables: numbers
SELECT
  id,
  CASE WHEN i > 0 THEN 'pos' WHEN i < 0 THEN 'neg' WHEN i = 0 THEN 'zero' END AS c02,
  COALESCE(i, -1) AS c03,
  IF(i > 5, b, si) AS c04,
  NULLIF(i, 0) AS c05,
  IFNULL(d, 0.5) AS c06,
  GREATEST(ti, si, i) AS c07,
  LEAST(f, d) AS c08,
  i IS NULL OR i > 5 AS c09,
  NOT (i > 5) AS c10,
  i IN (1, 7, 10, NULL) AS c11,
  i NOT IN (1, 7) AS c12,
  i BETWEEN 0 AND 10 AS c13,
  d IS DISTINCT FROM i AS c14
FROM numbers;
