-- mode: error
CREATE TABLE t (id INT, PRIMARY KEY (id)) WITH ('connector' = 'blackhole');
