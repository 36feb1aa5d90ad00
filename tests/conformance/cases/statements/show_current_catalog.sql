-- mode: rows
SHOW CURRENT CATALOG;
