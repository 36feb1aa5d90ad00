-- mode: rows
-- tables: orders
SELECT id, CAST(ROW(product, quantity) AS ROW<name STRING, n BIGINT>) AS r FROM orders WHERE id < 4;
