-- mode: error
-- tables: orders
CREATE TABLE t (product STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT product, COUNT(*) FROM orders GROUP BY product;
