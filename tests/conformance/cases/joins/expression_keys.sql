-- mode: rows
-- tables: orders payments
SELECT o.id, p.order_id FROM orders o JOIN payments p ON o.id + 1 = p.order_id * 2 AND UPPER(o.currency) <> 'EUR';
