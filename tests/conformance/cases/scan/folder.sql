-- mode: rows
-- All files of a folder, and the partition in their path.
CREATE TABLE t (id INT, v STRING, p STRING) PARTITIONED BY (p)
WITH ('connector' = 'filesystem', 'path' = '${data}/parted', 'format' = 'csv');
SELECT id, v, p FROM t;
