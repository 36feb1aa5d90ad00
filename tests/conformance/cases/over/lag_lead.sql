-- mode: rows
-- tables: orders
SELECT id, LAG(id) OVER w AS before, LAG(quantity, 2, -1) OVER w AS two_before FROM orders WINDOW w AS (PARTITION BY product ORDER BY order_time);
