-- mode: rows
-- tables: orders rates
SELECT r.*, o.id FROM orders o JOIN rates r ON o.currency = r.currency WHERE o.id = 2;
