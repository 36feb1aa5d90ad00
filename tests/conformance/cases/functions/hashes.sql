-- mode: rows
SELECT
  MD5('hello') AS c01,
  MD5('') AS c02,
  MD5(CAST(NULL AS STRING)) AS c03,
  SHA1('hello') AS c04,
  SHA224('hello') AS c05,
  SHA256('hello') AS c06,
  SHA384('hello') AS c07,
  SHA512('hello') AS c08,
  SHA2('hello', 256) AS c09,
  SHA2('hello', 512) AS c10,
  SHA2('hello', 224) AS c11,
  SHA256('日本') AS c12,
  MD5(x'6162') AS c13;
