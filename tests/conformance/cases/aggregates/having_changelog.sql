-- mode: changelog
-- tables: orders
SELECT product, COUNT(*) AS n FROM orders WHERE id < 12 GROUP BY product HAVING COUNT(*) BETWEEN 2 AND 3;
