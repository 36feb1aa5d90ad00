-- Orders per product and ten seconds
-- Data: generated; five orders a second of ten products, made up by the datagen connector.
CREATE TABLE orders (
  product INT,
  price DECIMAL(8, 2),
  order_time AS CAST(CURRENT_TIMESTAMP AS TIMESTAMP_LTZ(3)),
  WATERMARK FOR order_time AS order_time - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'fields.product.min' = '1',
  'fields.product.max' = '10',
  'fields.price.min' = '1',
  'fields.price.max' = '99'
);

SELECT window_start, product, COUNT(*) AS orders, SUM(price) AS revenue
FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '10' SECOND)
GROUP BY window_start, window_end, product;
