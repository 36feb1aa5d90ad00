-- mode: rows
-- tables: orders payments rates
SELECT o.id, p.amount, r.rate FROM orders o, payments p, rates r WHERE o.id = p.order_id AND o.currency = r.currency AND o.id < 10;
