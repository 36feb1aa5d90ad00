-- mode: rows
CREATE TABLE t (i INT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5',
  'fields.i.kind' = 'sequence', 'fields.i.start' = '10', 'fields.i.end' = '14', 'fields.s.length' = '3');
SELECT i, CHAR_LENGTH(s) AS n FROM t;
