-- mode: rows
SHOW FUNCTIONS LIKE 'sha%';
