-- mode: rows
-- Two inputs into one window: nothing is late while either input may still come.
-- tables: orders payments
CREATE VIEW both_of_them AS SELECT order_time AS t, price AS amount FROM orders UNION ALL SELECT pay_time, amount FROM payments;
SELECT window_start, COUNT(*) AS n, SUM(amount) AS amount FROM TABLE(TUMBLE(TABLE both_of_them, DESCRIPTOR(t), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end;
