-- How many orders has each product had so far?
-- Data: generated; twenty orders a second of five products, made up by the datagen connector.
CREATE TABLE orders (
  product INT,
  quantity INT
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '20',
  'fields.product.min' = '1',
  'fields.product.max' = '5',
  'fields.quantity.min' = '1',
  'fields.quantity.max' = '9'
);

-- A result that changes: each new order takes its product's row back and puts a new one in its place.
SELECT product, COUNT(*) AS orders, SUM(quantity) AS pieces
FROM orders
GROUP BY product;
