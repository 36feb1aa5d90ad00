-- mode: rows
-- Another sign between the elements of an array.
CREATE TABLE t (id INT, list ARRAY<STRING>, whole STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/strings.csv', 'format' = 'csv', 'csv.array-element-delimiter' = ' ', 'csv.null-literal' = 'x');
SELECT * FROM t WHERE id < 9;
