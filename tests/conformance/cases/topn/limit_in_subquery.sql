-- mode: rows
-- An aggregate over the first rows.
-- tables: orders
SELECT SUM(price) AS s, COUNT(*) AS n FROM (SELECT * FROM orders ORDER BY price DESC NULLS LAST LIMIT 5);
