-- mode: rows
CREATE TABLE t (id INT, v STRING, p STRING) PARTITIONED BY (p)
WITH ('connector' = 'filesystem', 'path' = '${data}/parted', 'format' = 'csv');
SELECT id, v FROM t WHERE p = 'b';
