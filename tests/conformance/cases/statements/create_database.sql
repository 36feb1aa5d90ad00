-- mode: rows
CREATE DATABASE d;
USE d;
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
SHOW TABLES;
