-- mode: rows
-- tables: orders
SELECT third, id, price FROM (SELECT id, price, MOD(id, 3) AS third, ROW_NUMBER() OVER (PARTITION BY MOD(id, 3) ORDER BY price DESC) AS rn FROM orders) WHERE rn <= 2;
