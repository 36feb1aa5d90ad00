-- mode: rows
-- tables: orders
SELECT CASE quantity WHEN 1, 2 THEN 'few' WHEN 3, 4, 5 THEN 'some' ELSE 'many' END AS how_many, COUNT(*) AS n FROM orders GROUP BY CASE quantity WHEN 1, 2 THEN 'few' WHEN 3, 4, 5 THEN 'some' ELSE 'many' END;
