-- mode: error
-- tables: orders
SELECT UPER(customer) FROM orders;
