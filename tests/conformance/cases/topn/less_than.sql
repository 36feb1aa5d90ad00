-- mode: rows
-- tables: shop_sales
SELECT shop_id, sales FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY category ORDER BY sales DESC) AS rn FROM shop_sales) WHERE rn < 3;
