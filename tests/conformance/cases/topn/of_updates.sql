-- mode: rows
-- tables: orders
SELECT product, q, rn FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY q DESC, product) AS rn FROM (SELECT product, SUM(quantity) AS q FROM orders GROUP BY product)) WHERE rn <= 3;
