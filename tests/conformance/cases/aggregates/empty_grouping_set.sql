-- mode: rows
-- tables: orders
SELECT COUNT(*) AS n FROM orders GROUP BY ();
