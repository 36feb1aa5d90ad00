-- mode: rows
-- tables: orders payments
SELECT id, product FROM orders WHERE id IN (SELECT order_id FROM payments WHERE how = 'cash');
