-- mode: error
-- tables: orders
SELECT id, prise FROM orders;
