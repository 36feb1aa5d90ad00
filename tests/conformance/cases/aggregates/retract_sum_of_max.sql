-- mode: rows
-- tables: orders
SELECT SUM(top) AS s, COUNT(*) AS n, MIN(top) AS lo, MAX(top) AS hi FROM (SELECT customer, MAX(price) AS top FROM orders GROUP BY customer);
