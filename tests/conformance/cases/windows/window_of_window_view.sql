-- mode: rows
-- tables: orders
CREATE VIEW fives AS SELECT window_time AS t, product, SUM(quantity) AS q
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end, window_time, product;
SELECT window_start, window_end, MAX(q) AS best, COUNT(DISTINCT product) AS p FROM TABLE(HOP(TABLE fives, DESCRIPTOR(t), INTERVAL '10' MINUTES, INTERVAL '20' MINUTES)) GROUP BY window_start, window_end;
