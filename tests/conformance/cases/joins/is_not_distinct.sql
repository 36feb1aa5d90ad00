-- mode: rows
-- tables: orders
SELECT a.id, b.id AS other FROM orders a JOIN orders b ON a.customer IS NOT DISTINCT FROM b.customer AND a.id < b.id WHERE a.id < 9;
