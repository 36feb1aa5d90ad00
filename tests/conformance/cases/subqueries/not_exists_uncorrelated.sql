-- mode: rows
-- tables: orders payments
SELECT id FROM orders WHERE id < 5 AND NOT EXISTS (SELECT 1 FROM payments WHERE amount > 8000);
