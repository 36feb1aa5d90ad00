-- mode: changelog
-- tables: orders
SELECT MIN(q) AS lo FROM (SELECT product, LAST_VALUE(quantity) AS q FROM orders WHERE id < 12 GROUP BY product);
