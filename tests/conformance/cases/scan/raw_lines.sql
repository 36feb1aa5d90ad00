-- mode: rows
CREATE TABLE t (line STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'raw');
SELECT line, CHAR_LENGTH(line) AS n FROM t;
