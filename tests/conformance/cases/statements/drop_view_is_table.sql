-- mode: error
-- tables: orders
DROP VIEW orders;
