-- mode: files
-- Rows that are only added may go into files.
-- tables: orders
CREATE TABLE t (customer STRING, id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT customer, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY order_time) AS rn FROM orders) WHERE rn = 1;
