-- mode: rows
-- tables: orders
SELECT product, id, price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC) AS rn FROM orders) WHERE rn = 1;
