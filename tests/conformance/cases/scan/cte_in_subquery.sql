-- mode: rows
-- tables: orders
SELECT * FROM (WITH x AS (SELECT id, product FROM orders WHERE id < 3) SELECT product FROM x) AS t;
