-- mode: rows
-- tables: orders
CREATE VIEW a AS SELECT id, price * quantity AS total, product FROM orders WHERE price IS NOT NULL;
CREATE TEMPORARY VIEW b (what, how_much) AS SELECT product, SUM(total) FROM a GROUP BY product;
SELECT * FROM b WHERE how_much > 200;
