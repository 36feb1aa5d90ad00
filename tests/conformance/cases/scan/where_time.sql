-- mode: rows
-- tables: orders
SELECT id FROM orders WHERE order_time >= TIMESTAMP '2024-03-10 09:20:00' AND order_time < TIMESTAMP '2024-03-10 09:20:00' + INTERVAL '10' MINUTE;
