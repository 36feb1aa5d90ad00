-- mode: rows
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
CREATE VIEW v AS SELECT 1 AS a;
DROP VIEW v;
DROP TABLE t;
DROP TABLE IF EXISTS t;
SHOW TABLES;
