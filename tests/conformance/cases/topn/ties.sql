-- mode: rows
-- Among equals the one that came first stays in front.
-- tables: orders
SELECT currency, id, product FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY product) AS rn FROM orders) WHERE rn <= 3;
