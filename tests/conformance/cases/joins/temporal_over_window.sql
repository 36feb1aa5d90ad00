-- mode: rows
-- A window's time meets the version of that time.
-- tables: orders rates
CREATE VIEW versioned_rates AS SELECT currency, rate, since FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY since DESC) AS rn FROM rates) WHERE rn = 1;
CREATE VIEW w AS SELECT window_time AS t, currency, SUM(price) AS p FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end, window_time, currency;
SELECT w.t, w.currency, w.p, r.rate FROM w LEFT JOIN versioned_rates FOR SYSTEM_TIME AS OF w.t AS r ON w.currency = r.currency;
