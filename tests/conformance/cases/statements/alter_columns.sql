-- mode: ordered
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
ALTER TABLE t ADD (name STRING, twice AS id * 2);
ALTER TABLE t DROP name;
DESCRIBE t;
