-- mode: rows
SHOW DATABASES;
