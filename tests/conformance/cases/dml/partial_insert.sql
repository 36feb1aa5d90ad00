-- mode: files
-- tables: orders
CREATE TABLE t (id INT, note STRING, price DECIMAL(12, 3)) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t (price, id) SELECT price, id FROM orders WHERE id <= 5;
