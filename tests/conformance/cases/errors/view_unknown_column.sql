-- mode: error
-- tables: orders
CREATE VIEW v AS SELECT nope FROM orders;
