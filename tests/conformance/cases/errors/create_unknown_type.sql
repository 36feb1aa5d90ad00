-- mode: error
CREATE TABLE t (id INTT) WITH ('connector' = 'blackhole');
