-- mode: rows
-- tables: orders
CREATE DATABASE d;
CREATE VIEW d.v AS SELECT id FROM orders WHERE id < 3;
USE d;
SELECT a.id FROM v a JOIN `default_catalog`.`default_database`.orders b ON a.id = b.id;
