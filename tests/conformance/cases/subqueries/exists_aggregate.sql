-- mode: rows
-- An aggregate without GROUP BY always has a row.
-- tables: orders payments
SELECT id FROM orders WHERE id < 4 AND EXISTS (SELECT COUNT(*) FROM payments WHERE amount > 9999);
