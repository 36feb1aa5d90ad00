-- mode: rows
-- tables: orders
SELECT window_start, product, q, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY q DESC, product) AS rn FROM (
    SELECT window_start, window_end, product, SUM(quantity) AS q
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end, product
  )
) WHERE rn <= 2;
