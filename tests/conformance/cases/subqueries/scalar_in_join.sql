-- mode: rows
-- A query as a value in ON.
-- tables: orders payments
SELECT o.id, p.amount FROM orders o JOIN payments p ON o.id = p.order_id AND p.amount > (SELECT AVG(amount) FROM payments) WHERE o.id < 20;
