-- mode: rows
-- IN over the first of a sorted aggregate.
-- tables: orders
SELECT id, price FROM orders WHERE product IN (SELECT product FROM orders GROUP BY product ORDER BY COUNT(*) DESC, product LIMIT 2) AND id < 12;
