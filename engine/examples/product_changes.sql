-- What did a product cost when it was viewed, and was it in stock?
-- Data: generated; four minutes of views of five products, and the changes of their price and stock, in fifty seconds.
SET 'table.local-time-zone' = 'UTC';

CREATE TABLE generated_views (
  n BIGINT,
  product AS CONCAT('product-', CAST(MOD(n * 3, 5) AS STRING)),
  viewer AS CONCAT('user-', CAST(MOD(n * 71, 211) AS STRING)),
  viewed_at AS TO_TIMESTAMP_LTZ(1767225600000 + n * 1000, 3),
  WATERMARK FOR viewed_at AS viewed_at - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '239'
);

-- Every five seconds one product changes. Each has its first price before anybody views it.
CREATE TABLE generated_changes (
  n BIGINT,
  product AS CONCAT('product-', CAST(MOD(n, 5) AS STRING)),
  price AS CAST(10 + MOD(n * 7, 23) AS DECIMAL(8, 2)),
  in_stock AS MOD(n, 11) <> 6,
  changed_at AS TO_TIMESTAMP_LTZ(1767225575000 + n * 10000, 3),
  WATERMARK FOR changed_at AS changed_at - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '1',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '52'
);

-- The newest change of each product: a table of which every version is kept for as long as a view may ask for it.
CREATE VIEW products AS
SELECT product, price, in_stock, changed_at
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY changed_at DESC) AS newest
  FROM generated_changes
)
WHERE newest = 1;

SELECT v.viewed_at, v.viewer, v.product, p.price, p.in_stock, p.changed_at AS price_since
FROM generated_views AS v
LEFT JOIN products FOR SYSTEM_TIME AS OF v.viewed_at AS p ON v.product = p.product;
