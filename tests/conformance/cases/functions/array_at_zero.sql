-- mode: failure
-- Places in arrays begin at 1.
SELECT a[i] FROM (VALUES (ARRAY[1, 2], 0)) AS t(a, i);
