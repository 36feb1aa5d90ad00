-- mode: rows
-- tables: orders
SELECT id, customer FROM orders WHERE price BETWEEN 2 AND 12.5 AND customer LIKE '%a%' AND currency NOT IN ('JPY');
