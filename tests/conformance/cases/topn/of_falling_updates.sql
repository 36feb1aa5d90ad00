-- mode: rows
-- Values that rise and fall: rows come back into the top.
-- tables: orders
SELECT product, q, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY q DESC, product) AS rn FROM (
  SELECT product, LAST_VALUE(quantity) AS q FROM orders GROUP BY product)) WHERE rn <= 2;
