-- mode: rows
-- tables: orders
SELECT a.id, a.product FROM orders a WHERE NOT EXISTS (SELECT 1 FROM orders b WHERE b.product = a.product AND b.price > a.price);
