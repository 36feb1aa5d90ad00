-- mode: error
SELECT DATE '2024-02-30';
