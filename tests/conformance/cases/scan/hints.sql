-- mode: rows
-- tables: orders
SELECT id, customer FROM orders /*+ OPTIONS('csv.null-literal' = 'ada') */ WHERE id <= 9;
