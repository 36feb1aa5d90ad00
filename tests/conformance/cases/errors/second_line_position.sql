-- mode: error
-- The position is that of the line on which the mistake is.
-- tables: orders
SELECT id,
       product,
       pricee
FROM orders;
