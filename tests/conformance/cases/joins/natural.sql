-- mode: rows
-- tables: orders rates
SELECT * FROM (SELECT id, currency FROM orders) NATURAL JOIN (SELECT currency, rate FROM rates) WHERE id < 4;
