-- mode: files
-- tables: orders
CREATE VIEW dear AS SELECT * FROM orders WHERE price > 10;
CREATE TABLE a (id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/a', 'format' = 'csv');
CREATE TABLE b (n BIGINT, ws TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${out}/b', 'format' = 'csv');
CREATE TABLE c (id INT) WITH ('connector' = 'blackhole');
BEGIN STATEMENT SET;
INSERT INTO a SELECT id FROM dear;
INSERT INTO b SELECT COUNT(*), window_start FROM TABLE(TUMBLE(TABLE dear, DESCRIPTOR(order_time), INTERVAL '30' MINUTES)) GROUP BY window_start, window_end;
INSERT INTO c SELECT id FROM dear;
END;
