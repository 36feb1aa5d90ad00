-- mode: rows
-- Lines, comments and semicolons within texts.
SELECT 'two
lines' AS a, 'tab	here' AS b, CHAR_LENGTH('a
b') AS n, '--not a comment' AS c, '/* nor this */' AS d, ';' AS e;
