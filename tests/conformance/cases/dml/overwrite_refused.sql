-- mode: error
-- A stream cannot overwrite.
-- tables: orders
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT OVERWRITE t SELECT id FROM orders;
