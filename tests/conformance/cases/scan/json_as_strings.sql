-- mode: rows
-- What is no string is read into a STRING as JSON.
CREATE TABLE t (id STRING, name STRING, tags STRING, addr STRING, props MAP<STRING, STRING>) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');
SELECT * FROM t;
