-- mode: rows
-- An aggregate without GROUP BY over no rows: nothing in streaming, where a batch would give one row.
-- tables: orders
SELECT COUNT(*) AS n, SUM(quantity) AS q, MAX(id) AS m FROM orders WHERE id > 1000;
