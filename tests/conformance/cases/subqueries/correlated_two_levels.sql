-- mode: rows
-- EXISTS within EXISTS.
-- tables: orders payments
SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM orders i WHERE i.customer = o.customer AND i.id > o.id AND EXISTS (SELECT 1 FROM payments p WHERE p.order_id = i.id AND p.how = 'bank'));
