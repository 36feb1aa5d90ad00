-- mode: rows
-- tables: orders rates
CREATE VIEW v AS SELECT 1 AS a;
SHOW TABLES;
