-- mode: rows
-- tables: orders
SELECT product, id, price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price ASC, id) AS rn FROM orders) WHERE rn <= 2;
