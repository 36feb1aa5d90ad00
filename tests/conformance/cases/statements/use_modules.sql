-- mode: rows
-- The modules in use.
USE MODULES core;
SHOW MODULES;
