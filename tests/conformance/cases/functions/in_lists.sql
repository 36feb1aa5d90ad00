-- mode: rows
-- IN, BETWEEN, LIKE and IS over nullable columns.
-- tables: orders
SELECT
  id AS c01,
  customer IN ('ada', 'bob') AS c02,
  customer NOT IN ('ada', 'bob') AS c03,
  quantity IN (1, 2.0, 3) AS c04,
  quantity NOT IN (1, NULL) AS c05,
  price IN (5.93, 3.54) AS c06,
  order_time IN (TIMESTAMP '2024-03-10 09:00:50', TIMESTAMP '2024-03-10 09:01:18') AS c07,
  CAST(order_time AS DATE) IN (DATE '2024-03-10') AS c08,
  (product, currency) IN (('pen', 'USD'), ('ink', 'EUR')) AS c09,
  quantity BETWEEN SYMMETRIC 7 AND 5 AS c10,
  price NOT BETWEEN 2 AND 10 AS c11,
  customer BETWEEN 'b' AND 'd' AS c12,
  customer IS DISTINCT FROM 'ada' AS c13,
  price IS NOT DISTINCT FROM CAST(NULL AS DECIMAL(10, 2)) AS c14,
  (price > 5) IS UNKNOWN AS c15,
  (price > 5) IS NOT TRUE AS c16,
  NOT (price > 5 AND customer = 'ada') AS c17,
  price > 5 OR customer IS NULL AS c18,
  quantity * 2 IN (4, 8, 14, 16) AS c19,
  product LIKE 'p%' AND product NOT LIKE '%d' AS c20,
  product LIKE '_e_' AS c21,
  UPPER(currency) SIMILAR TO '(EUR|USD)' AS c22
FROM orders WHERE id <= 24;
