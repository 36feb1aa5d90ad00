-- mode: rows
-- tables: orders
SELECT id FROM orders WHERE order_time > '2024-03-10 09:45:00' AND CAST(order_time AS DATE) = '2024-03-10';
