-- mode: error
CREATE TABLE t (id INT, twice AS id * 2) WITH ('connector' = 'blackhole');
ALTER TABLE t DROP id;
