-- mode: rows
-- tables: orders
SELECT parity, FIRST_VALUE(product) AS f, LAST_VALUE(product) AS l, ARRAY_AGG(product) AS a
FROM (SELECT product, MOD(COUNT(*), 2) AS parity FROM orders GROUP BY product) GROUP BY parity;
