-- mode: files
-- One partition column is given, the other comes from the rows.
-- tables: orders
CREATE TABLE t (id INT, product STRING, currency STRING) PARTITIONED BY (product, currency) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t PARTITION (product = 'pen') SELECT id, currency FROM orders WHERE product = 'pen' AND id < 20;
