-- mode: error
SELECT 1 / 0;
