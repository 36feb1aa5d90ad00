-- mode: rows
-- tables: nested
SELECT tags, COUNT(*) AS n, MAX(addr.city) AS c FROM nested GROUP BY tags;
