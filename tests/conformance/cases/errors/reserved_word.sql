-- mode: error
SELECT 1 AS value;
