-- mode: changelog
-- tables: orders
SELECT product, id, quantity FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY quantity DESC) AS rn FROM orders WHERE id < 14) WHERE rn <= 2;
