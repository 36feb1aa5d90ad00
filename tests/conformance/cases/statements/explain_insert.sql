-- mode: columns
-- tables: orders
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
EXPLAIN INSERT INTO t SELECT id FROM orders;
