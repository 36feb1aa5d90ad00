-- mode: files
-- tables: orders
CREATE TABLE t (id INT, product STRING, currency STRING) PARTITIONED BY (currency) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT id, product, currency FROM orders WHERE id < 12;
