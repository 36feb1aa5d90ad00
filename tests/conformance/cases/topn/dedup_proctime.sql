-- mode: rows
-- tables: orders
SELECT product, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY p ASC) AS rn FROM (SELECT *, PROCTIME() AS p FROM orders)) WHERE rn = 1;
