-- mode: rows
-- What is known of a catalog.
CREATE CATALOG c2 WITH ('type' = 'generic_in_memory', 'default-database' = 'home');
DESCRIBE CATALOG c2;
