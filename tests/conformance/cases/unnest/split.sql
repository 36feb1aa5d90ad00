-- mode: rows
-- tables: strings
SELECT id, part FROM strings CROSS JOIN UNNEST(SPLIT(s, '.')) AS t(part) WHERE id IN (1, 9, 3);
