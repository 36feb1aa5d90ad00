-- mode: error
SELECT SUBSTRING('a');
