-- mode: changelog
-- A row that changes nothing of the result sends nothing.
-- tables: orders
SELECT currency, MAX(id / 10) AS tens FROM orders WHERE id < 14 GROUP BY currency;
