-- mode: rows
SET 'a.b' = 'c';
