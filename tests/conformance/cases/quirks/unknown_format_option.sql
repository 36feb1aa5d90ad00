-- mode: rows
-- Flink 2.3 refuses a filesystem option that it does not know, but not a format's.
CREATE TABLE t (line STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'raw', 'raw.charsett' = 'UTF-8');
SELECT line FROM t;
