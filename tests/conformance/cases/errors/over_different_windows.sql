-- mode: error
-- tables: orders
SELECT SUM(quantity) OVER (PARTITION BY product ORDER BY order_time), COUNT(*) OVER (PARTITION BY currency ORDER BY order_time) FROM orders;
