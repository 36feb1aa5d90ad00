-- mode: rows
-- INTERSECT of counts that go up.
-- tables: orders
SELECT n FROM (SELECT product, COUNT(*) AS n FROM orders GROUP BY product) INTERSECT SELECT n FROM (SELECT currency, COUNT(*) - 4 AS n FROM orders GROUP BY currency);
