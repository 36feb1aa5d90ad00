-- mode: rows
-- tables: orders
SELECT id, price, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY price DESC) AS rn FROM orders) WHERE rn <= 4;
