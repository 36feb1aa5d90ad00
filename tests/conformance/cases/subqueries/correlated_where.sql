-- mode: rows
-- tables: orders
SELECT id, product, quantity FROM orders o WHERE quantity = (SELECT MAX(quantity) FROM orders i WHERE i.product = o.product);
