-- mode: rows
-- tables: shop_sales
SELECT window_start, window_end, shop_id, s FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY s DESC, shop_id) AS rn FROM (
    SELECT window_start, window_end, shop_id, SUM(sales) AS s
    FROM TABLE(CUMULATE(TABLE shop_sales, DESCRIPTOR(sold_at), INTERVAL '5' SECONDS, INTERVAL '20' SECONDS)) GROUP BY window_start, window_end, shop_id)
) WHERE rn = 1;
