-- mode: error
SELECT 'abc;
