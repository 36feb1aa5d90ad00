-- mode: rows
-- tables: orders payments
SELECT k, COUNT(*) AS n FROM (SELECT product AS k FROM orders UNION ALL SELECT how FROM payments) GROUP BY k;
