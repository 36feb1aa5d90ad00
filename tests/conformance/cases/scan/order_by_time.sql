-- mode: ordered
-- A sort by the event time alone keeps a stream's order: the only ORDER BY without LIMIT that streaming takes.
-- tables: orders
SELECT id, order_time FROM orders WHERE id < 12 ORDER BY order_time;
