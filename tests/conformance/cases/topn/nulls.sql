-- mode: rows
-- tables: orders
SELECT product, id, price, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price ASC NULLS LAST, id) AS rn FROM orders) WHERE rn <= 2;
