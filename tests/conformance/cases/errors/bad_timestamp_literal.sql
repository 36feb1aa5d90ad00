-- mode: error
SELECT TIMESTAMP 'yesterday';
