-- mode: files
-- tables: orders payments
CREATE TABLE t (id INT, how STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT o.id, p.how FROM orders o JOIN payments p ON o.id = p.order_id AND p.pay_time BETWEEN o.order_time AND o.order_time + INTERVAL '4' MINUTE;
