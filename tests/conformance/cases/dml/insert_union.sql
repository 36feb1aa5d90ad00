-- mode: files
-- tables: orders payments
CREATE TABLE t (kind STRING, id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT 'order', id FROM orders WHERE id < 4 UNION ALL SELECT how, order_id FROM payments WHERE order_id < 4;
