-- mode: rows
-- NOT EXISTS over groups with HAVING.
-- tables: orders payments
SELECT product, COUNT(*) AS n FROM orders o WHERE NOT EXISTS (SELECT order_id FROM payments p WHERE p.order_id = o.id GROUP BY order_id HAVING SUM(amount) > 60) GROUP BY product;
