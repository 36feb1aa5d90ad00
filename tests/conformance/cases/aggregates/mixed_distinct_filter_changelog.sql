-- mode: changelog
-- tables: orders
SELECT currency, COUNT(DISTINCT product) FILTER (WHERE quantity > 2) AS p, COUNT(*) AS n FROM orders WHERE id <= 10 GROUP BY currency;
