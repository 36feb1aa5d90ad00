-- mode: rows
-- tables: shop_sales
SELECT a.shop_id, a.sales, b.sales AS other FROM shop_sales a JOIN shop_sales b ON a.category = b.category AND a.sales = b.sales;
