-- mode: rows
-- tables: shop_sales
SELECT sold_at, category, sales, SUM(sales) OVER w AS s, COUNT(sales) OVER w AS n FROM shop_sales
WINDOW w AS (PARTITION BY category ORDER BY sold_at RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW);
