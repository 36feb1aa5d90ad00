-- mode: rows
-- A minimum whose row is taken back falls to the next one.
-- tables: orders
SELECT MIN(q) AS lo, MAX(q) AS hi, COUNT(*) AS n FROM (SELECT product, LAST_VALUE(quantity) AS q FROM orders GROUP BY product);
