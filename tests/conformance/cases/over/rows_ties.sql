-- mode: rows
CREATE TABLE t (bidtime TIMESTAMP(3), price INT, WATERMARK FOR bidtime AS bidtime)
WITH ('connector' = 'filesystem', 'path' = '${data}/ties.csv', 'format' = 'csv');
SELECT price, SUM(price) OVER (ORDER BY bidtime ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s FROM t;
