-- mode: rows
-- tables: nested
SELECT addr.city AS c, COUNT(*) AS n FROM nested GROUP BY addr.city;
