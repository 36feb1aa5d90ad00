-- mode: changelog
-- tables: orders
SELECT product, q FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY q DESC) AS rn FROM (SELECT product, SUM(quantity) AS q FROM orders WHERE id < 10 GROUP BY product)) WHERE rn <= 2;
