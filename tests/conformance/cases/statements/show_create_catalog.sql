-- mode: rows
-- A catalog's statement with its comment.
CREATE CATALOG c2 COMMENT 'second' WITH ('type' = 'generic_in_memory');
SHOW CREATE CATALOG c2;
