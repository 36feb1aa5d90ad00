-- mode: rows
-- tables: strings
SELECT
  id,
  UPPER(s) AS c02,
  CHAR_LENGTH(s) AS c03,
  REVERSE(s) AS c04,
  s || '/' || t AS c05,
  CONCAT_WS('-', s, t) AS c06,
  POSITION(t IN s) AS c07,
  REPLACE(s, t, '<>') AS c08,
  LPAD(s, 8, '*') AS c09,
  LEFT(s, 3) AS c10,
  SUBSTRING(s FROM 3 FOR 4) AS c11,
  TRIM(s) AS c12,
  INITCAP(s) AS c13,
  s LIKE '%e%' AS c14,
  MD5(s) AS c15,
  REGEXP_EXTRACT(s, '[a-z]+') AS c16,
  SPLIT_INDEX(s, '.', 2) AS c17,
  COALESCE(s, 'none') AS c18,
  NULLIF(t, 'x') AS c19,
  s > t AS c20,
  HEX(t) AS c21,
  TO_BASE64(s) AS c22,
  CAST(s AS VARCHAR(4)) AS c23,
  CAST(t AS CHAR(3)) AS c24
FROM strings;
