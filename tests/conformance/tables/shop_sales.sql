CREATE TABLE shop_sales (
  shop_id BIGINT, sold_at TIMESTAMP(3), category STRING, sales BIGINT,
  WATERMARK FOR sold_at AS sold_at - INTERVAL '3' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${data}/shop_sales.csv', 'format' = 'csv', 'csv.null-literal' = '');
