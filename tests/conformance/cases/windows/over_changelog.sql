-- mode: rows
-- tables: orders
CREATE VIEW last_orders AS SELECT product, order_time FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY order_time DESC) AS rn FROM orders) WHERE rn = 1;
SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE last_orders, DESCRIPTOR(order_time), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
