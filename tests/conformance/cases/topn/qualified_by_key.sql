-- mode: rows
-- tables: orders
SELECT customer, product, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY n DESC, product) AS rn FROM (
  SELECT customer, product, COUNT(*) AS n FROM orders GROUP BY customer, product)) WHERE rn = 1;
