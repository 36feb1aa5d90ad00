-- mode: rows
-- A pair in a ROLLUP comes and goes as one.
-- tables: orders
SELECT product, currency, customer, SUM(quantity) AS q FROM orders WHERE id < 12 GROUP BY ROLLUP ((product, currency), customer);
