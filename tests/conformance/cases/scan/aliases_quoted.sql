-- mode: rows
-- tables: orders
SELECT o.id AS `ID`, o.product AS `the product`, o.`currency` AS `select` FROM orders AS o WHERE o.id <= 2;
