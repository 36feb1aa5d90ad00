-- mode: rows
-- tables: shop_sales
SELECT * FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY total DESC) AS rownum FROM (
    SELECT window_start, window_end, shop_id, SUM(sales) AS total, COUNT(*) AS cnt
    FROM TABLE(TUMBLE(TABLE shop_sales, DESCRIPTOR(sold_at), INTERVAL '10' SECONDS)) GROUP BY window_start, window_end, shop_id)
) WHERE rownum <= 2;
