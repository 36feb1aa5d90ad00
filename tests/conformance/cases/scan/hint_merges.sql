-- mode: rows
-- OPTIONS behind SELECT is no table's hint, and is passed over.
-- tables: orders
SELECT /*+ OPTIONS('x' = 'y') */ id FROM orders WHERE id < 2;
