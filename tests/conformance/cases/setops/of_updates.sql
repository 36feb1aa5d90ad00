-- mode: rows
-- tables: orders
SELECT product, COUNT(*) AS n FROM orders GROUP BY product UNION ALL SELECT currency, COUNT(*) FROM orders GROUP BY currency;
