-- mode: rows
-- A NULL that is a value and a NULL that stands for all are told apart by GROUPING.
-- tables: orders
SELECT customer, GROUPING(customer) AS g, COUNT(*) AS n FROM orders GROUP BY ROLLUP (customer);
