-- mode: ordered
-- A LIKE table with a watermark of its own on a column of the other.
-- tables: orders
CREATE TABLE copy (total AS price * quantity, WATERMARK FOR order_time AS order_time - INTERVAL '1' HOUR) LIKE orders (OVERWRITING WATERMARKS);
DESCRIBE copy;
