-- mode: ordered
-- tables: orders
CREATE VIEW v AS SELECT product, COUNT(*) AS n, MAX(order_time) AS t FROM orders GROUP BY product;
DESCRIBE v;
