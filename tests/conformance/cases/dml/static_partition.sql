-- mode: files
-- tables: orders
CREATE TABLE t (id INT, product STRING, currency STRING) PARTITIONED BY (currency) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t PARTITION (currency = 'EUR') SELECT id, product FROM orders WHERE currency = 'EUR';
