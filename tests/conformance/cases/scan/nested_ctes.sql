-- mode: rows
-- A WITH within a WITH.
-- tables: orders
WITH a AS (WITH b AS (SELECT id, product FROM orders WHERE id < 8) SELECT product, COUNT(*) AS n FROM b GROUP BY product) SELECT x.product, y.n FROM a AS x JOIN a AS y ON x.n = y.n AND x.product <= y.product;
