-- mode: rows
-- tables: orders
SELECT LISTAGG(DISTINCT currency) AS c FROM orders;
