-- mode: rows
-- tables: orders
CREATE VIEW pens AS SELECT * FROM orders WHERE product = 'pen' AND price IS NOT NULL;
SELECT window_start, COUNT(*) AS n, SUM(price) AS p FROM TABLE(TUMBLE(TABLE pens, DESCRIPTOR(order_time), INTERVAL '10' MINUTES)) GROUP BY window_start, window_end;
