-- mode: rows
-- tables: orders
SELECT product, COUNT(*) AS n FROM orders GROUP BY product ORDER BY n DESC, product LIMIT 2;
