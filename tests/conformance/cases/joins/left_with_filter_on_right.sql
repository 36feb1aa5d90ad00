-- mode: rows
-- A condition on the right side in ON keeps left rows, in WHERE it does not.
-- tables: orders payments
SELECT o.id, p.how FROM orders o LEFT JOIN payments p ON o.id = p.order_id WHERE p.how = 'card';
