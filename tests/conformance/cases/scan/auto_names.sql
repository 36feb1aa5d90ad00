-- mode: rows
-- tables: orders
SELECT id + 1, UPPER(customer), COUNT(*) AS n, quantity, orders.product, MAX(price)
FROM orders WHERE id < 3 GROUP BY id, customer, quantity, product;
