-- mode: rows
-- tables: orders
SELECT quantity / 3 AS third, price > 5 AS dear, COUNT(*) AS n FROM orders GROUP BY quantity / 3, price > 5;
