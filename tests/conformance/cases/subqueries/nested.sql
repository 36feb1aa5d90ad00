-- mode: rows
-- tables: orders payments
SELECT id FROM orders WHERE product IN (SELECT product FROM orders WHERE id IN (SELECT order_id FROM payments WHERE how = 'bank' AND amount > 40));
