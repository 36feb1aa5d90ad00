-- mode: files
-- tables: orders
CREATE TABLE t WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json') AS SELECT id, price * 2 AS twice FROM orders WHERE id < 4;
