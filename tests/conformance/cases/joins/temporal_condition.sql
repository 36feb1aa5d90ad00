-- mode: rows
-- A further condition belongs to the join.
-- tables: orders
CREATE TABLE versioned (currency STRING, rate DECIMAL(10, 4), since TIMESTAMP(3), WATERMARK FOR since AS since, PRIMARY KEY (currency) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv');
SELECT o.id, o.currency, r.rate FROM orders AS o LEFT JOIN versioned FOR SYSTEM_TIME AS OF o.order_time AS r ON o.currency = r.currency AND r.rate > 1 AND o.quantity > 2 WHERE o.id < 20;
