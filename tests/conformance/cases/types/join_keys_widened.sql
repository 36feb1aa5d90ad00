-- mode: rows
-- tables: keys
SELECT a.id, b.id AS other FROM keys a JOIN keys b ON a.big = b.id AND a.fixed = b.num;
