-- mode: error
SELECT FROM WHERE;
