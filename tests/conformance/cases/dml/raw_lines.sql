-- mode: files
-- Lines put together with CONCAT_WS, without NULLs.
-- tables: orders
CREATE TABLE t (line STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'raw');
INSERT INTO t SELECT CONCAT_WS('|', CAST(id AS STRING), customer, product) FROM orders WHERE id < 7;
