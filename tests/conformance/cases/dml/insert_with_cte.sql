-- mode: files
-- INSERT INTO … WITH … SELECT.
-- tables: orders
CREATE TABLE t (product STRING, id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t WITH dear AS (SELECT * FROM orders WHERE price > 12) SELECT product, id FROM dear;
