-- mode: rows
-- tables: orders
SELECT product, currency, SUM(quantity) AS q FROM orders GROUP BY ROLLUP (product, currency);
