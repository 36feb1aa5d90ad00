-- mode: rows
-- Rows that are taken back before their window ends, and after.
-- tables: orders
SELECT TUMBLE_START(t, INTERVAL '30' MINUTE) AS s, MIN(q) AS lo, MAX(q) AS hi, COUNT(DISTINCT c) AS c FROM (
  SELECT customer AS c, quantity AS q, order_time AS t FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY order_time DESC) AS rn FROM orders) WHERE rn = 1)
GROUP BY TUMBLE(t, INTERVAL '30' MINUTE);
