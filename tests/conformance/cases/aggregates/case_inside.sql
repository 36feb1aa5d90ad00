-- mode: rows
-- tables: orders
SELECT currency, SUM(CASE WHEN product = 'pen' THEN quantity ELSE 0 END) AS pens, COUNT(CASE WHEN price > 5 THEN 1 END) AS dear, MAX(CASE WHEN customer IS NULL THEN id END) AS anon FROM orders GROUP BY currency;
