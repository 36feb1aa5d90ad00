-- mode: rows
CREATE TABLE t (
  id INT, customer STRING, product STRING, quantity INT, price DECIMAL(10, 2), currency STRING, order_time TIMESTAMP(3),
  total AS price * quantity,
  big AS quantity > 5,
  hour_of AS FLOOR(order_time TO HOUR),
  label AS CONCAT(product, '-', CAST(id AS STRING)),
  WATERMARK FOR order_time AS order_time
) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT id, total, big, hour_of, label FROM t WHERE big AND total > 50;
