-- mode: rows
-- tables: orders payments
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM payments WHERE how <> 'card');
