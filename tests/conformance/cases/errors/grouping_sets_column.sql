-- mode: error
-- A column that is in no grouping set.
-- tables: orders
SELECT product, quantity FROM orders GROUP BY GROUPING SETS ((product), (currency));
