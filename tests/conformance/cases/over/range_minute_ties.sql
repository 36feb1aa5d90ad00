-- mode: rows
-- Rows of one time within a range.
CREATE TABLE t (bidtime TIMESTAMP(3), price INT, WATERMARK FOR bidtime AS bidtime) WITH ('connector' = 'filesystem', 'path' = '${data}/ties.csv', 'format' = 'csv');
SELECT price, SUM(price) OVER w AS s, COUNT(*) OVER w AS n, MIN(price) OVER w AS lo FROM t WINDOW w AS (ORDER BY bidtime RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW);
