-- mode: rows
-- NOT IN over what belongs to the row.
-- tables: orders payments
SELECT id, product FROM orders o WHERE 'cash' NOT IN (SELECT how FROM payments p WHERE p.order_id = o.id) AND id < 16;
