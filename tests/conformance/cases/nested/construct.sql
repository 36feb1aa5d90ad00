-- mode: rows
-- tables: orders
SELECT id, ROW(product, quantity) AS r, ARRAY[quantity, id] AS a, MAP['p', price] AS m, (id, customer) AS t FROM orders WHERE id < 4;
