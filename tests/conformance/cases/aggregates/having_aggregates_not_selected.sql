-- mode: rows
-- HAVING over aggregates that are not selected, AND before OR.
-- tables: orders
SELECT customer FROM orders WHERE customer IS NOT NULL GROUP BY customer HAVING MAX(price) > 10 AND COUNT(DISTINCT product) >= 4 OR SUM(quantity) < 25;
