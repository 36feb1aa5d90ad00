-- mode: failure
-- tables: numbers
SELECT 10 / i FROM numbers WHERE id < 4;
