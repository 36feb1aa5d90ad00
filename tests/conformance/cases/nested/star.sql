-- mode: rows
-- tables: nested
SELECT id, nested.addr.* FROM nested;
