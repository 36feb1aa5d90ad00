-- mode: rows
-- tables: orders
SELECT a.product, a.n, b.top FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product) a
LEFT JOIN (SELECT product, MAX(price) AS top FROM orders WHERE price > 15 GROUP BY product) b ON a.product = b.product;
