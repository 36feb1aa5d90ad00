-- mode: rows
-- tables: shop_sales
SELECT window_start, category, shop_id, sold_at, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, category ORDER BY sold_at DESC) AS rn
  FROM TABLE(HOP(TABLE shop_sales, DESCRIPTOR(sold_at), INTERVAL '5' SECONDS, INTERVAL '10' SECONDS))
) WHERE rn <= 2;
