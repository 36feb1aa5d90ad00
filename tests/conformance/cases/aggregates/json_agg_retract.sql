-- mode: rows
-- A JSON array from which elements are taken out again.
-- tables: orders
SELECT n, JSON_ARRAYAGG(product) AS a FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product) GROUP BY n;
