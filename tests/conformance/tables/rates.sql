CREATE TABLE rates (
  currency STRING, rate DECIMAL(10, 4), since TIMESTAMP(3), WATERMARK FOR since AS since
) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv');
