-- mode: columns
-- tables: orders
EXPLAIN SELECT product, COUNT(*) FROM orders GROUP BY product;
