-- mode: rows
-- tables: orders
CREATE VIEW v AS SELECT id, price * 2 AS twice FROM orders WHERE id > 1;
SHOW CREATE VIEW v;
