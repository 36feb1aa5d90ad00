-- mode: error
-- tables: orders
SELECT CASE WHEN id = 1 THEN 'a' ELSE 2 END FROM orders;
