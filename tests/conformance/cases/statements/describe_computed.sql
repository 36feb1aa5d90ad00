-- mode: ordered
CREATE TABLE t (id INT NOT NULL, name VARCHAR(10) COMMENT 'who', twice AS id * 2, ts TIMESTAMP(3), file_name STRING METADATA FROM 'file.name' VIRTUAL,
  WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE, PRIMARY KEY (id) NOT ENFORCED) COMMENT 'a table'
WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'csv');
DESC t;
