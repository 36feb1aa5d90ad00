-- mode: rows
-- tables: orders products
CREATE VIEW latest AS SELECT code, title, cost, changed FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY code ORDER BY changed DESC) AS rn FROM products) WHERE rn = 1;
SELECT o.id, o.product, p.title, p.cost FROM orders o JOIN latest FOR SYSTEM_TIME AS OF o.order_time AS p ON o.product = p.code;
