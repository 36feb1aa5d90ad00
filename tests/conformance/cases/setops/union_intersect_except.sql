-- mode: rows
-- tables: orders payments
(SELECT id FROM orders WHERE id < 10 UNION SELECT order_id FROM payments WHERE order_id < 15)
EXCEPT SELECT order_id FROM payments WHERE how = 'card';
