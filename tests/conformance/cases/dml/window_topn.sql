-- mode: files
-- tables: shop_sales
CREATE TABLE t (ws TIMESTAMP(3), shop BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT window_start, shop_id, s FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY s DESC) AS rn FROM (
    SELECT window_start, window_end, shop_id, SUM(sales) AS s FROM TABLE(TUMBLE(TABLE shop_sales, DESCRIPTOR(sold_at), INTERVAL '10' SECONDS)) GROUP BY window_start, window_end, shop_id)) WHERE rn = 1;
