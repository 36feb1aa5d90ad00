-- mode: error
SELECT CAST(DATE '2024-01-01' AS INT);
