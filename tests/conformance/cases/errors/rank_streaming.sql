-- mode: error
-- tables: orders
SELECT product, id, quantity, rn FROM (SELECT *, RANK() OVER (PARTITION BY product ORDER BY quantity DESC) AS rn FROM orders) WHERE rn <= 2;
