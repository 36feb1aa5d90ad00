-- mode: changelog
-- tables: orders
SELECT customer, COUNT(*) AS n, SUM(quantity) AS q, AVG(quantity) AS a, MAX(price) AS top FROM orders GROUP BY customer;
