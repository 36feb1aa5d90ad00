-- mode: rows
-- Every part of a CREATE TABLE is shown again.
CREATE TABLE t (id INT NOT NULL COMMENT 'the key', name VARCHAR(20), twice AS id * 2 COMMENT 'computed', ts TIMESTAMP(3), f STRING METADATA FROM 'file.name' VIRTUAL, p STRING,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED) COMMENT 'a table' PARTITIONED BY (p) WITH ('path' = '/tmp/x', 'connector' = 'filesystem', 'format' = 'csv');
SHOW CREATE TABLE t;
