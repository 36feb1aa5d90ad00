-- mode: error
CREATE TABLE t (line STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'raw', 'no.such.option' = '1');
SELECT line FROM t;
