-- mode: rows
-- tables: orders
SELECT currency, COUNT(*) AS n, SUM(quantity) AS q FROM (SELECT * FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY order_time DESC) AS rn FROM orders) WHERE rn = 1) GROUP BY currency;
