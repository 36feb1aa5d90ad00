-- mode: changelog
-- The same DISTINCT with and without a FILTER.
-- tables: orders
SELECT COUNT(DISTINCT product) AS a, COUNT(DISTINCT product) FILTER (WHERE currency = 'GBP') AS b, SUM(DISTINCT quantity) FILTER (WHERE price > 4) AS c FROM orders WHERE id < 9;
