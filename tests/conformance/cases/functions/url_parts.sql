-- mode: rows
-- Every part of URLs that are whole, short or none.
SELECT
  PARSE_URL(u, 'PROTOCOL') AS c01,
  PARSE_URL(u, 'HOST') AS c02,
  PARSE_URL(u, 'AUTHORITY') AS c03,
  PARSE_URL(u, 'PATH') AS c04,
  PARSE_URL(u, 'FILE') AS c05,
  PARSE_URL(u, 'QUERY') AS c06,
  PARSE_URL(u, 'QUERY', 'a') AS c07,
  PARSE_URL(u, 'REF') AS c08,
  PARSE_URL(u, 'USERINFO') AS c09,
  PARSE_URL(u, 'host') AS c10,
  PARSE_URL(u, 'PATH', 'a') AS c11,
  URL_DECODE(u) AS c12,
  URL_ENCODE(u) AS c13
FROM (VALUES ('https://user:pw@example.com:8443/a/b.html?a=1&b=2&a=3#top'), ('ftp://h'), ('http://h/?a=%20x'), ('http://h?aa=1&ba=2'), ('file:/tmp/x'), (''), ('/only/path?a=1'), ('http://[::1]:80/p'), (CAST(NULL AS STRING))) AS t(u);
