-- mode: error
-- Only ROW_NUMBER ranks in a stream.
-- tables: orders
SELECT product, id, price FROM (SELECT *, DENSE_RANK() OVER (PARTITION BY product ORDER BY price DESC) AS rn FROM orders) WHERE rn <= 2;
