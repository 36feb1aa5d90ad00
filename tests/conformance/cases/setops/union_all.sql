-- mode: rows
-- tables: orders payments
SELECT id AS n, product AS what FROM orders WHERE id < 4 UNION ALL SELECT order_id, how FROM payments WHERE order_id < 4;
