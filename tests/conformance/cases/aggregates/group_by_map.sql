-- mode: rows
-- Maps and rows as keys.
-- tables: nested
SELECT props, addr, COUNT(*) AS n FROM nested GROUP BY props, addr;
