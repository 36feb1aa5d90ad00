-- mode: error
-- tables: nested
SELECT addr.street FROM nested;
