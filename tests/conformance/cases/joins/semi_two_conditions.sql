-- mode: rows
-- EXISTS or EXISTS.
-- tables: orders payments
SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.how = 'cash') OR EXISTS (SELECT 1 FROM orders i WHERE i.id = o.id AND i.product = 'map');
