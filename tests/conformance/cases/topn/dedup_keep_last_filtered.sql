-- mode: rows
-- tables: orders
SELECT customer, id, product FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY order_time DESC) AS rn FROM orders) WHERE rn = 1 AND product = 'pen';
