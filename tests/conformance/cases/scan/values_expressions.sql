-- mode: rows
SELECT a + b AS c, UPPER(s) AS u FROM (VALUES (1, 2, 'x'), (3, 4, 'yy')) AS t(a, b, s);
