-- mode: rows
-- An aggregate over each window's first rows.
-- tables: orders
SELECT window_start, SUM(quantity) AS q, COUNT(*) AS n FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY quantity DESC, id) AS rn
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES))) WHERE rn <= 3 GROUP BY window_start, window_end;
