-- mode: rows
-- tables: nested
SELECT a.id, b.id AS other FROM nested a JOIN nested b ON a.matrix = b.matrix AND a.id < b.id;
