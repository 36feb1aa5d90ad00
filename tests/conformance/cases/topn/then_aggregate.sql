-- mode: rows
-- An aggregate over rows that enter and leave a Top-N.
-- tables: orders
SELECT currency, SUM(price) AS s, COUNT(*) AS n, MIN(price) AS lo FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY price DESC, id) AS rn FROM orders) WHERE rn <= 3 GROUP BY currency;
