-- mode: rows
-- An array from which elements are taken out again.
-- tables: orders
SELECT n, ARRAY_AGG(product) AS a, COUNT(*) AS c FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product) GROUP BY n;
