-- mode: rows
SELECT upper('a') AS a, Coalesce(NULL, 1) AS b, char_length('abc') AS c, current_date IS NOT NULL AS d, cast('1' as int) AS e;
