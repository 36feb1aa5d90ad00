-- mode: changelog
-- tables: orders
SELECT COUNT(*) AS n, SUM(n) AS total FROM (SELECT currency, COUNT(*) AS n FROM orders WHERE id <= 6 GROUP BY currency);
