-- mode: rows
-- tables: keys
SELECT a.id, b.id AS other FROM keys a JOIN keys b ON a.word = b.padded;
