-- mode: rows
-- tables: orders
SELECT id, STDDEV_SAMP(quantity) AS ss, STDDEV_POP(quantity) AS sp, AVG(price) AS a, SUM(price) AS s FROM orders WHERE id < 4 OR price IS NULL GROUP BY id;
