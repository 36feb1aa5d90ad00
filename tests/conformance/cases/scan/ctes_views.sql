-- mode: rows
-- tables: orders
CREATE VIEW dear AS SELECT id, product, price FROM orders WHERE price > 10;
WITH a AS (SELECT product, COUNT(*) AS n FROM dear GROUP BY product), b AS (SELECT MAX(n) AS m FROM a)
SELECT product, n FROM a, b WHERE n = m;
