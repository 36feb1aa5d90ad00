CREATE TABLE orders (
  id INT, customer STRING, product STRING, quantity INT, price DECIMAL(10, 2), currency STRING,
  order_time TIMESTAMP(3), WATERMARK FOR order_time AS order_time - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
