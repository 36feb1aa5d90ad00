-- mode: rows
-- RETURNING, ON EMPTY and ON ERROR.
SELECT
  JSON_VALUE('{"a":5}', '$.a' RETURNING STRING) AS c01,
  JSON_VALUE('{"a":5}', '$.a' RETURNING VARCHAR(10)) AS c02,
  JSON_VALUE('{"a":true}', '$.a' RETURNING STRING) AS c03,
  JSON_VALUE('{"a":false}', '$.a' RETURNING BOOLEAN) AS c04,
  JSON_VALUE('{"a":1}', '$.b' RETURNING INTEGER DEFAULT 7 ON EMPTY) AS c05,
  JSON_VALUE('{"a":1}', 'lax $.b' DEFAULT 'none' ON EMPTY DEFAULT 'wrong' ON ERROR) AS c06,
  JSON_VALUE('{"a":1}', 'strict $.b' DEFAULT 'none' ON EMPTY DEFAULT 'wrong' ON ERROR) AS c07,
  JSON_VALUE('{"a":{}}', '$.a' DEFAULT 'none' ON EMPTY DEFAULT 'wrong' ON ERROR) AS c08,
  JSON_VALUE('{"a":null}', '$.a' DEFAULT 'none' ON EMPTY DEFAULT 'wrong' ON ERROR) AS c09,
  JSON_VALUE('bad', 'lax $.a' DEFAULT 'none' ON EMPTY DEFAULT 'wrong' ON ERROR) AS c10,
  JSON_VALUE('{"a":1}', '$.a' NULL ON EMPTY NULL ON ERROR) AS c11,
  JSON_VALUE(CAST(NULL AS STRING), '$.a' DEFAULT 'none' ON EMPTY DEFAULT 'wrong' ON ERROR) AS c12,
  JSON_VALUE('{"a":1}', '$.b' DEFAULT CAST(NULL AS STRING) ON EMPTY) AS c13,
  JSON_EXISTS('{"a":1}', 'strict $.b' UNKNOWN ON ERROR) AS c14,
  JSON_EXISTS('bad', 'strict $.b' TRUE ON ERROR) AS c15,
  JSON_EXISTS('{"a":1}', 'strict $.a' ERROR ON ERROR) AS c16;
