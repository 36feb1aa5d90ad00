-- mode: rows
-- Doubles divided by zero are infinite or no number; nothing fails.
-- tables: numbers
SELECT id, d / 0e0 AS a, f / CAST(0 AS FLOAT) AS b FROM numbers WHERE id IN (1, 2, 3);
