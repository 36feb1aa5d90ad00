-- mode: rows
-- tables: orders
SELECT COUNT(*) AS popular FROM (SELECT product FROM orders GROUP BY product HAVING COUNT(*) > 6);
