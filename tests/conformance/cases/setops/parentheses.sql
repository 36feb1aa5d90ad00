-- mode: rows
-- ALL of parenthesised unions.
-- tables: orders
(SELECT id FROM orders WHERE id < 5 UNION ALL SELECT id FROM orders WHERE id < 3) INTERSECT ALL (SELECT id FROM orders WHERE id < 4 UNION ALL SELECT id FROM orders WHERE id = 2);
