-- mode: error
-- tables: orders
SELECT COUNT(DISTINCT (customer, currency)) AS b FROM orders;
