-- mode: rows
-- ILIKE does not look at case.
SHOW FUNCTIONS ILIKE 'array_%';
