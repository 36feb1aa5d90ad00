-- mode: rows
-- tables: orders payments products
SELECT o.id, p.how, c.title FROM orders o LEFT JOIN payments p ON o.id = p.order_id
LEFT JOIN (SELECT * FROM products WHERE changed < TIMESTAMP '2024-03-10 08:10:00') c ON o.product = c.code WHERE o.id < 16;
