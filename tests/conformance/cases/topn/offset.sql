-- mode: rows
-- tables: orders
SELECT product, id, price, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC, id) AS rn FROM orders) WHERE rn BETWEEN 2 AND 3;
