CREATE TABLE orders (
  id INT, product STRING, quantity INT, price DECIMAL(10, 2), currency STRING, order_time TIMESTAMP(3),
  proc AS PROCTIME(), WATERMARK FOR order_time AS order_time - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem');
CREATE TABLE payments (
  order_id INT, how STRING, amount DECIMAL(10, 2), pay_time TIMESTAMP(3), WATERMARK FOR pay_time AS pay_time
) WITH ('connector' = 'pushed');
CREATE TABLE rates (
  currency STRING, rate DECIMAL(10, 4), since TIMESTAMP(3), WATERMARK FOR since AS since,
  PRIMARY KEY (currency) NOT ENFORCED
) WITH ('connector' = 'upsert');
CREATE TABLE changes (id INT, v STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'changes');
CREATE TABLE people (id INT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'lookup');
CREATE TABLE nested (id INT, tags ARRAY<STRING>, addr ROW<city STRING, zip INT>) WITH ('connector' = 'filesystem');
CREATE TABLE appended (product STRING, n BIGINT) WITH ('connector' = 'filesystem');
CREATE TABLE upserted (product STRING, n BIGINT, PRIMARY KEY (product) NOT ENFORCED) WITH ('connector' = 'upsert');
CREATE TABLE printed (product STRING, n BIGINT) WITH ('connector' = 'print');
