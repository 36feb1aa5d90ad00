-- mode: rows
CREATE TABLE t (id INT, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), missing STRING)
WITH ('connector' = 'filesystem', 'path' = '${data}/stamps.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT * FROM t;
