-- mode: rows
-- tables: orders payments
SELECT id FROM orders WHERE id < 5 AND EXISTS (SELECT 1 FROM payments WHERE amount > 80);
