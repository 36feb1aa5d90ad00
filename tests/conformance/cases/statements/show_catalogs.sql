-- mode: rows
SHOW CATALOGS;
