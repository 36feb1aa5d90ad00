-- mode: columns
-- tables: orders
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
EXPLAIN STATEMENT SET BEGIN
INSERT INTO t SELECT id FROM orders;
INSERT INTO t SELECT quantity FROM orders;
END;
