-- mode: rows
-- IN (SELECT …) within CASE.
-- tables: orders payments
SELECT id, CASE WHEN id IN (SELECT order_id FROM payments) THEN 'paid' ELSE 'open' END AS state FROM orders WHERE id < 13;
