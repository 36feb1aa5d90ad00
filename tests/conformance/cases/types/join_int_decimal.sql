-- mode: rows
-- tables: keys
SELECT a.id, b.fixed FROM keys a JOIN keys b ON a.id = b.fixed;
