-- mode: rows
-- tables: orders
SELECT product, COUNT(DISTINCT customer) AS c, SUM(DISTINCT quantity) AS s, AVG(DISTINCT quantity) AS a, COUNT(DISTINCT currency) AS k, MAX(DISTINCT price) AS m FROM orders GROUP BY product;
