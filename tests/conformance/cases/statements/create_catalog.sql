-- mode: rows
-- A catalog with a database of its own choice.
CREATE CATALOG c2 WITH ('type' = 'generic_in_memory', 'default-database' = 'home');
USE CATALOG c2;
SHOW CURRENT DATABASE;
