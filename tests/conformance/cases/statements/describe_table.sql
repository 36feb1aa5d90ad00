-- mode: ordered
-- tables: orders
DESCRIBE orders;
