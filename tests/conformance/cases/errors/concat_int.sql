-- mode: error
-- tables: orders
SELECT customer || id FROM orders;
