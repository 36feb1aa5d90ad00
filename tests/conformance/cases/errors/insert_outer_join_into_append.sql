-- mode: error
-- tables: orders payments
CREATE TABLE t (id INT, m STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT o.id, p.how FROM orders o LEFT JOIN payments p ON o.id = p.order_id;
