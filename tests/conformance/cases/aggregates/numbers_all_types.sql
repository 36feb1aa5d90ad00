-- mode: rows
-- tables: numbers
SELECT SUM(ti), SUM(si), SUM(i), SUM(f), SUM(n), SUM(w), AVG(ti), AVG(si), AVG(i), AVG(b), AVG(f), AVG(n), AVG(w), MIN(ti), MAX(si), MIN(i), MAX(b), MIN(f), MAX(d), MIN(n), MAX(w), COUNT(*), COUNT(i)
FROM numbers WHERE id <> 4 AND id <> 5;
