-- The history of a product: a later row replaces an earlier one of its code.
CREATE TABLE products (
  code STRING, title STRING, cost DECIMAL(10, 2), changed TIMESTAMP(3), WATERMARK FOR changed AS changed
) WITH ('connector' = 'filesystem', 'path' = '${data}/products.csv', 'format' = 'csv', 'csv.null-literal' = '');
