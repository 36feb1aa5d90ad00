-- mode: rows
-- A full join over a right one.
-- tables: orders payments
SELECT a.id, p.order_id, b.id AS bid FROM (SELECT * FROM orders WHERE id < 4) a RIGHT JOIN (SELECT * FROM payments WHERE order_id < 6) p ON a.id = p.order_id FULL JOIN (SELECT * FROM orders WHERE id BETWEEN 5 AND 7) b ON p.order_id = b.id;
