-- mode: error
-- tables: orders
SELECT UPPER(product) AS p, COUNT(*) FROM orders GROUP BY q;
