-- mode: files
-- Options of the sink by a hint in the INSERT.
-- tables: orders
CREATE TABLE t (id INT, customer STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t /*+ OPTIONS('csv.field-delimiter' = ';', 'csv.null-literal' = 'none') */ SELECT id, customer FROM orders WHERE id BETWEEN 3 AND 6;
