-- mode: rows
SELECT U&'\00fc\0041' AS a, 'it''s' AS b, _UTF16'日本' AS c, x'4142' AS d;
