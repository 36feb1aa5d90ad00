-- mode: rows
-- tables: orders
SHOW CREATE TABLE orders;
