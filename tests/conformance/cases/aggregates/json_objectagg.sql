-- mode: rows
-- tables: orders
SELECT product, JSON_OBJECTAGG(KEY CAST(id AS STRING) VALUE price) AS o,
  JSON_OBJECTAGG(KEY CAST(id AS STRING) VALUE customer ABSENT ON NULL) AS c FROM orders WHERE id < 12 GROUP BY product;
