-- mode: rows
-- tables: shop_sales
SELECT category, shop_id, total, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY category ORDER BY total DESC) AS rn FROM (
  SELECT category, shop_id, SUM(sales) AS total FROM shop_sales GROUP BY category, shop_id)) WHERE rn <= 2;
