-- mode: rows
-- NULL is a partition too.
-- key: customer
-- tables: orders
SELECT customer, id, quantity FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY quantity DESC, id) AS rn FROM orders) WHERE rn <= 1;
