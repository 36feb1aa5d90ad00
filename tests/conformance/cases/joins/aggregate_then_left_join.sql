-- mode: rows
-- tables: orders
SELECT o.id, s.total FROM orders o LEFT JOIN (SELECT customer, SUM(quantity) AS total FROM orders GROUP BY customer HAVING SUM(quantity) > 30) s ON o.customer = s.customer WHERE o.id < 10;
