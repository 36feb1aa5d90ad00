-- mode: rows
-- tables: orders
SELECT COUNT(price) AS n, SUM(price) AS s, AVG(price) AS a, MIN(price) AS lo, MAX(price) AS hi, LISTAGG(customer) AS l, STDDEV_POP(price) AS d, FIRST_VALUE(customer) AS f, ARRAY_AGG(customer) AS g FROM orders WHERE price IS NULL AND customer IS NULL;
