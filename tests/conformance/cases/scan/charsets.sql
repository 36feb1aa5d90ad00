-- mode: rows
SELECT _UTF8'abc' AS a, _LATIN1'abc' AS b, N'x' AS c;
