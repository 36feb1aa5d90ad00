-- mode: rows
-- JSON from columns that hold arrays, maps and rows, and NULL.
-- tables: nested
SELECT
  id AS c01,
  JSON_OBJECT('id' VALUE id, 'name' VALUE name, 'tags' VALUE tags) AS c02,
  JSON_OBJECT('addr' VALUE addr, 'props' VALUE props ABSENT ON NULL) AS c03,
  JSON_ARRAY(id, name, tags, addr.city) AS c04,
  JSON_ARRAY(tags, matrix NULL ON NULL) AS c05,
  JSON_STRING(tags) AS c06,
  JSON_STRING(props) AS c07,
  JSON_STRING(matrix) AS c08,
  JSON_VALUE(JSON_STRING(addr), '$.geo.lat' RETURNING DOUBLE) AS c09,
  JSON_QUERY(JSON_STRING(items), '$[*].sku') AS c10,
  JSON_EXISTS(JSON_STRING(props), '$.k1') AS c11,
  JSON_QUERY(JSON_STRING(tags), '$' RETURNING ARRAY<STRING>) AS c12,
  JSON_STRING(items) IS JSON ARRAY AS c13
FROM nested;
