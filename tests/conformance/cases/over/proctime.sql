-- mode: rows
-- tables: orders
SELECT id, SUM(quantity) OVER (PARTITION BY product ORDER BY p ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM (SELECT *, PROCTIME() AS p FROM orders);
