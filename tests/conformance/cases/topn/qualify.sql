-- mode: rows
-- QUALIFY instead of a query around.
-- tables: orders
SELECT product, id, price FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC) <= 2;
