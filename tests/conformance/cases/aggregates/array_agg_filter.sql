-- mode: rows
-- Arrays of the rows that a FILTER lets through, of rows too.
-- tables: orders
SELECT currency, ARRAY_AGG(price) FILTER (WHERE price > 8) AS dear, ARRAY_AGG(ROW(id, product)) FILTER (WHERE quantity > 6) AS many FROM orders GROUP BY currency;
