-- mode: rows
SHOW MODULES;
