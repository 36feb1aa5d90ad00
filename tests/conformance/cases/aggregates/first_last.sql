-- mode: rows
-- tables: orders
SELECT product, FIRST_VALUE(id) AS f, LAST_VALUE(id) AS l, FIRST_VALUE(customer) AS fc, LAST_VALUE(customer) AS lc FROM orders GROUP BY product;
