-- mode: files
-- tables: orders
SET 'table.exec.sink.not-null-enforcer' = 'DROP';
CREATE TABLE t (id INT, customer STRING NOT NULL) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t SELECT id, customer FROM orders WHERE id < 10;
