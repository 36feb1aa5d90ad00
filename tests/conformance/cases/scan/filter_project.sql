-- mode: rows
-- tables: orders
SELECT id, customer, price, price * quantity AS total, order_time FROM orders WHERE quantity > 3 AND currency <> 'EUR';
