-- mode: rows
-- tables: orders payments
SELECT how, COUNT(*) AS n, SUM(quantity * price) AS worth FROM orders LEFT JOIN payments ON id = order_id GROUP BY how;
