-- mode: error
-- tables: orders
SELECT * FROM orders CROSS JOIN UNNEST(id) AS t(x);
