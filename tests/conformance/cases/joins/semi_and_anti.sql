-- mode: rows
-- IN, NOT IN and NOT EXISTS together.
-- tables: orders payments
SELECT id, product FROM orders o WHERE id IN (SELECT order_id FROM payments WHERE how = 'cash') AND product NOT IN (SELECT product FROM orders WHERE product IS NOT NULL AND price > 15) AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.amount > 70);
