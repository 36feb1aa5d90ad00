-- mode: files
-- Numbers are widened and strings cut to the sink's types by themselves.
-- tables: orders
CREATE TABLE t (id BIGINT, price DOUBLE, product VARCHAR(2), order_time TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT id, price, product, order_time FROM orders WHERE id < 4;
