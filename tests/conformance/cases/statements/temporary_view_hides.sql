-- mode: rows
-- A temporary view hides a table.
-- tables: orders
CREATE TEMPORARY VIEW orders AS SELECT 5 AS five;
SELECT * FROM orders;
