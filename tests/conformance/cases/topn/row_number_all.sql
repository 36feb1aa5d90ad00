-- mode: rows
-- tables: orders
SELECT id, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price) AS rn FROM orders;
