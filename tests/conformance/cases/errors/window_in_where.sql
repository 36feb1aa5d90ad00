-- mode: error
-- A window function in WHERE.
-- tables: orders
SELECT id FROM orders WHERE ROW_NUMBER() OVER (PARTITION BY product ORDER BY id) = 1;
