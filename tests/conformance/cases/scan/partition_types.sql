-- mode: rows
-- What is in no file: a text that a path cannot hold as it is, and a number.
CREATE TABLE w (id INT, d STRING, n INT) PARTITIONED BY (d, n) WITH ('connector' = 'filesystem', 'path' = '${out}/w', 'format' = 'json');
SET 'table.dml-sync' = 'true';
INSERT INTO w VALUES (1, 'a/b', 7), (2, 'x y', 8);
SELECT n, d, id FROM w;
