-- mode: files
-- tables: orders
CREATE TABLE t (ws TIMESTAMP(3), product STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t SELECT window_start, product, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '30' MINUTES)) GROUP BY window_start, window_end, product;
