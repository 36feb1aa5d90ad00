-- mode: ordered
-- tables: orders
SHOW COLUMNS FROM orders;
