-- mode: rows
-- tables: orders
SELECT r.name, r.n + 1 AS n1 FROM (SELECT CAST(ROW(product, quantity) AS ROW<name STRING, n BIGINT>) AS r FROM orders) WHERE r.n > 7;
