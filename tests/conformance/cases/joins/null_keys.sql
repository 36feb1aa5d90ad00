-- mode: rows
-- A NULL key meets nothing.
-- tables: orders
SELECT a.id, b.id AS other FROM orders a LEFT JOIN orders b ON a.customer = b.customer AND a.id < b.id WHERE a.id < 12;
