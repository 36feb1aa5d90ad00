-- mode: rows
-- tables: orders
SELECT id FROM orders WHERE (quantity > 5 AND price < 10) OR product IN ('pen', 'map') AND NOT customer = 'ada';
