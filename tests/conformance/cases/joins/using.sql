-- mode: rows
-- tables: orders rates
SELECT currency, id, rate FROM orders JOIN rates USING (currency) WHERE id < 5;
