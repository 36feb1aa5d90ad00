-- mode: rows
-- The same CTE twice, and a CTE that hides a table's name.
-- tables: orders
WITH orders AS (SELECT id, product FROM orders WHERE id <= 3)
SELECT l.id, r.id AS rid FROM orders l JOIN orders r ON l.product = r.product;
