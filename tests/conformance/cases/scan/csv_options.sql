-- mode: rows
CREATE TABLE t (id INT, s STRING, t STRING) WITH (
  'connector' = 'filesystem', 'path' = '${data}/semicolons.csv', 'format' = 'csv', 'csv.field-delimiter' = ';',
  'csv.quote-character' = '''', 'csv.allow-comments' = 'true', 'csv.ignore-parse-errors' = 'true', 'csv.null-literal' = 'n/a');
SELECT * FROM t;
