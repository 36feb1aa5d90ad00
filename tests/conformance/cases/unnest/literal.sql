-- mode: rows
SELECT n * 2 AS twice FROM UNNEST(ARRAY[1, 2, 3]) AS t(n);
