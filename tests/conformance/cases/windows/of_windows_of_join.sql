-- mode: rows
-- tables: orders payments
WITH j AS (SELECT o.product, p.how, o.order_time FROM orders o JOIN payments p ON o.id = p.order_id AND p.pay_time BETWEEN o.order_time AND o.order_time + INTERVAL '10' MINUTE),
w AS (SELECT window_start AS ws, window_end AS we, window_time AS wt, product, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE j, DESCRIPTOR(order_time), INTERVAL '5' MINUTE)) GROUP BY window_start, window_end, window_time, product)
SELECT window_start, window_end, MAX(n) AS m, SUM(n) AS s, COUNT(DISTINCT product) AS d FROM TABLE(TUMBLE(TABLE w, DESCRIPTOR(wt), INTERVAL '20' MINUTE)) GROUP BY window_start, window_end;
