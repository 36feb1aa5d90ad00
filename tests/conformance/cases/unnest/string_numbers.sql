-- mode: rows
-- A text of numbers split, numbered and cast.
SELECT k, CAST(part AS INT) * 2 AS n, o FROM (VALUES ('a', '1,2,3'), ('b', ''), ('c', CAST(NULL AS STRING))) AS v(k, s) CROSS JOIN UNNEST(SPLIT(s, ',')) WITH ORDINALITY AS t(part, o) WHERE part <> '';
