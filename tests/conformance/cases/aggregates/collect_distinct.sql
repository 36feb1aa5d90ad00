-- mode: rows
-- tables: orders
SELECT c FROM (SELECT COLLECT(DISTINCT customer) AS cs FROM orders) CROSS JOIN UNNEST(cs) AS t(c);
