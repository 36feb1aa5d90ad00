-- mode: failure
-- ELEMENT of an array with more than one element fails.
SELECT ELEMENT(a) FROM (VALUES (ARRAY[1]), (ARRAY[1, 2])) AS t(a);
