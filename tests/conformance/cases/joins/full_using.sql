-- mode: rows
-- FULL JOIN … USING: the key is that of the side that is there.
-- tables: orders payments
SELECT id, o.product, p.how FROM (SELECT id, product FROM orders WHERE id < 5) o FULL JOIN (SELECT order_id AS id, how FROM payments WHERE order_id BETWEEN 3 AND 7) p USING (id);
