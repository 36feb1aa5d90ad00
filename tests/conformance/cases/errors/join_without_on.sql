-- mode: error
-- A JOIN without a condition.
-- tables: orders payments
SELECT * FROM orders o JOIN payments p;
