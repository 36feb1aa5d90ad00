-- mode: error
-- tables: orders
SELECT APPROX_COUNT_DISTINCT(customer) AS n FROM orders;
