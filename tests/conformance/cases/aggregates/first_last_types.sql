-- mode: rows
-- The first and last value of several types, NULLs left out.
-- tables: orders
SELECT product, FIRST_VALUE(order_time) AS ft, LAST_VALUE(price) AS lp, FIRST_VALUE(customer) FILTER (WHERE quantity > 5) AS fc, LAST_VALUE(quantity > 4) AS lb FROM orders GROUP BY product;
