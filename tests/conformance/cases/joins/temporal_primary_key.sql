-- mode: rows
-- An append-only table with a primary key and a watermark is a versioned table by itself.
-- tables: orders
CREATE TABLE versioned (currency STRING, rate DECIMAL(10, 4), since TIMESTAMP(3), WATERMARK FOR since AS since, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv');
SELECT o.id, o.currency, r.rate, r.since FROM orders AS o LEFT JOIN versioned FOR SYSTEM_TIME AS OF o.order_time AS r ON r.currency = o.currency;
