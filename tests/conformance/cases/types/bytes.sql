-- mode: rows
SELECT x'00ff' AS a, CAST('hé' AS BYTES) AS b, CAST(x'68c3a9' AS STRING) AS c, CHAR_LENGTH(CAST(x'68c3a9' AS STRING)) AS d, x'01' = x'01' AS e, CAST(x'0102' AS BINARY(1)) AS f;
