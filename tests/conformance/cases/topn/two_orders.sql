-- mode: rows
-- tables: orders
SELECT currency, product, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY product DESC, quantity ASC, id DESC) AS rn FROM orders) WHERE rn <= 2;
