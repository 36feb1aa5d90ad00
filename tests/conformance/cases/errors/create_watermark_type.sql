-- mode: error
CREATE TABLE t (id INT, ts STRING, WATERMARK FOR ts AS ts) WITH ('connector' = 'blackhole');
