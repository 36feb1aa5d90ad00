-- mode: rows
SELECT
  PARSE_JSON('1') IS NULL AS c01,
  TYPEOF(PARSE_JSON('{"a":1}')) AS c02,
  JSON_STRING(PARSE_JSON('[1, "a", null, 1.50]')) AS c03,
  JSON_STRING(PARSE_JSON('{"b":1,"a":{"x":[]}}')['a']) AS c04,
  JSON_STRING(PARSE_JSON('[10, 20]')[2]) AS c05,
  TRY_PARSE_JSON('{bad') IS NULL AS c06,
  JSON_STRING(TRY_PARSE_JSON('true')) AS c07,
  JSON_STRING(PARSE_JSON('{"a":1,"b":[true,null]}')) AS c08;
