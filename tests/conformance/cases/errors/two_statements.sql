-- mode: error
SELECT 1; SELECT FROM;
