-- mode: rows
-- A view with another query.
-- tables: orders
CREATE VIEW v AS SELECT id FROM orders;
ALTER VIEW v AS SELECT product, COUNT(*) AS n FROM orders GROUP BY product;
SELECT * FROM v WHERE n > 8;
