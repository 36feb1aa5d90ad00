-- mode: rows
-- tables: orders
SELECT product, ARRAY_AGG(id) AS ids, ARRAY_AGG(DISTINCT currency) AS c FROM orders GROUP BY product;
