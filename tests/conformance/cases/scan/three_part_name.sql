-- mode: rows
-- tables: orders
SELECT orders.id FROM default_catalog.default_database.orders WHERE orders.id < 3;
