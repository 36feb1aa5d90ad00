-- mode: error
CREATE TABLE t (id INT, WATERMARK FOR ts AS ts) WITH ('connector' = 'blackhole');
