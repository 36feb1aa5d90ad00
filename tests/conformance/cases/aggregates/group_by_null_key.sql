-- mode: rows
-- tables: orders
SELECT customer, COUNT(*) AS n, COUNT(customer) AS c FROM orders GROUP BY customer;
