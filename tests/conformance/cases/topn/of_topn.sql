-- mode: rows
-- The best of the best.
-- tables: orders
SELECT product, id, price FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY price DESC, id) AS r FROM (
  SELECT * FROM (SELECT product, id, price, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC, id) AS rn FROM orders WHERE price IS NOT NULL) WHERE rn <= 2)) WHERE r <= 3;
