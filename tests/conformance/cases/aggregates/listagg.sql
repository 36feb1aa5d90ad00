-- mode: rows
-- tables: orders
SELECT product, LISTAGG(CAST(id AS STRING)) AS ids, LISTAGG(currency, '/') AS c, LISTAGG(customer, '-') AS w FROM orders GROUP BY product;
