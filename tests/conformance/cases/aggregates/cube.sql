-- mode: rows
-- tables: orders
SELECT product, currency, COUNT(*) AS n, GROUPING_ID(product, currency) AS g FROM orders GROUP BY CUBE (product, currency);
