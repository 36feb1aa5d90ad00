-- mode: error
SELECT (1 + 2;
