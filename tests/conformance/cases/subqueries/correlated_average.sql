-- mode: rows
-- A correlated aggregate with a condition that is no equality.
-- tables: orders
SELECT id, product, price FROM orders o WHERE price > (SELECT AVG(price) FROM orders i WHERE i.product = o.product AND i.id <> o.id);
