-- mode: rows
-- tables: orders
SELECT AVG(n) AS a, MAX(q) AS m FROM (SELECT customer, product, COUNT(*) AS n, SUM(quantity) AS q FROM orders GROUP BY customer, product);
