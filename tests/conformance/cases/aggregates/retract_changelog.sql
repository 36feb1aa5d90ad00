-- mode: changelog
-- tables: orders
SELECT n, COUNT(*) AS products FROM (SELECT product, COUNT(*) AS n FROM orders WHERE id < 10 GROUP BY product) GROUP BY n;
