-- mode: rows
-- The first order of each customer adds rows only: a window may follow.
-- tables: orders
CREATE VIEW firsts AS SELECT customer, product, order_time FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY order_time) AS rn FROM orders) WHERE rn = 1;
SELECT window_start, COUNT(*) AS n, LISTAGG(product) AS p FROM TABLE(TUMBLE(TABLE firsts, DESCRIPTOR(order_time), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end;
