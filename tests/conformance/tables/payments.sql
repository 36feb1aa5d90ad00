CREATE TABLE payments (
  order_id INT, how STRING, amount DECIMAL(10, 2),
  pay_time TIMESTAMP(3), WATERMARK FOR pay_time AS pay_time - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${data}/payments.csv', 'format' = 'csv');
