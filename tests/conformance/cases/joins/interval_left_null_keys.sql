-- mode: rows
-- A NULL key meets nothing, and its row comes when its time is over.
-- tables: orders
SELECT a.id, a.customer, b.id AS other FROM orders a LEFT JOIN orders b ON a.customer = b.customer AND b.order_time BETWEEN a.order_time + INTERVAL '1' SECOND AND a.order_time + INTERVAL '5' MINUTE;
