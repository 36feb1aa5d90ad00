-- mode: rows
-- Settings that change how a plan runs change no result.
-- tables: orders
SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SET 'table.exec.mini-batch.size' = '10';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';
SELECT currency, COUNT(DISTINCT customer) AS c, COUNT(DISTINCT product) AS p, AVG(quantity) AS a, MAX(price) AS hi FROM orders GROUP BY currency;
