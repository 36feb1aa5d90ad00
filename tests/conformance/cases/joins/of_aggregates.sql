-- mode: rows
-- tables: orders payments
SELECT o.product, o.n, p.paid FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product) o
JOIN (SELECT product, SUM(amount) AS paid FROM orders JOIN payments ON id = order_id GROUP BY product) p ON o.product = p.product;
