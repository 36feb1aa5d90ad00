-- mode: error
-- Two tables of one name in FROM.
-- tables: orders payments
SELECT * FROM orders a JOIN payments a ON TRUE;
