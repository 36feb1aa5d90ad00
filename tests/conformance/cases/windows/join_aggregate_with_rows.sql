-- mode: rows
-- Each row beside its window's total.
-- tables: orders
SELECT r.id, r.quantity, t.q FROM (SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES))) r
JOIN (SELECT window_start, window_end, product, SUM(quantity) AS q FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end, product) t
ON r.window_start = t.window_start AND r.window_end = t.window_end AND r.product = t.product WHERE r.quantity * 2 > t.q;
