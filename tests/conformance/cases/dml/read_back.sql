-- mode: files
-- What one job wrote the next one reads.
-- tables: orders
CREATE TABLE t (id INT, product STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
CREATE TABLE u (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}/u', 'format' = 'csv');
INSERT INTO t SELECT id, product FROM orders WHERE id < 8;
INSERT INTO u SELECT id FROM t WHERE product = 'pen';
