-- mode: rows
-- tables: orders
ALTER TABLE orders SET ('csv.null-literal' = 'ada');
ALTER TABLE orders RENAME TO o;
SELECT id, customer FROM o WHERE id < 6;
