-- mode: rows
-- A full join whose sides are both taken back and forth.
-- tables: orders payments
SELECT COALESCE(a.k, b.k) AS k, a.n, b.m FROM (SELECT MOD(id, 7) AS k, COUNT(*) AS n FROM orders WHERE price > 10 GROUP BY MOD(id, 7)) a
FULL JOIN (SELECT MOD(order_id, 7) AS k, MAX(amount) AS m FROM payments GROUP BY MOD(order_id, 7) HAVING MAX(amount) < 85) b ON a.k = b.k;
