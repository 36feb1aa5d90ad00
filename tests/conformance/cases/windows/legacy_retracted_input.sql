-- mode: rows
-- tables: orders
SELECT TUMBLE_START(t, INTERVAL '1' HOUR) AS s, COUNT(*) AS n, SUM(quantity) AS q FROM (
  SELECT product, quantity, order_time AS t FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY order_time DESC) AS rn FROM orders) WHERE rn = 1
) GROUP BY TUMBLE(t, INTERVAL '1' HOUR);
