-- mode: error
CREATE TABLE t (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'rows-per-secnd' = '5');
SELECT * FROM t;
