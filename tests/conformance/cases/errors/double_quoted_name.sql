-- mode: error
-- tables: orders
SELECT id AS "the id" FROM orders;
