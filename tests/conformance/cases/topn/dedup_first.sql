-- mode: changelog
-- tables: orders
SELECT product, id, order_time FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY order_time ASC) AS rn FROM orders) WHERE rn = 1;
