-- mode: rows
-- The elements of arrays that grow.
-- tables: orders
SELECT product, id FROM (SELECT product, ARRAY_AGG(id) AS ids FROM orders WHERE id < 12 GROUP BY product) CROSS JOIN UNNEST(ids) AS t(id);
