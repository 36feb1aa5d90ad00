-- mode: rows
-- Filters and DISTINCT over rows that are taken back again.
-- tables: orders
SELECT COUNT(*) FILTER (WHERE q > 40) AS many, COUNT(DISTINCT n) AS d, SUM(q) FILTER (WHERE n < 8) AS s, LISTAGG(product) FILTER (WHERE n > 7) AS l
FROM (SELECT product, COUNT(*) AS n, SUM(quantity) AS q FROM orders GROUP BY product);
