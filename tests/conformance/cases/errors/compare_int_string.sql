-- mode: error
-- tables: orders
SELECT id FROM orders WHERE quantity = 'five';
