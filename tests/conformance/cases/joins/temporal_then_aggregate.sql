-- mode: rows
-- tables: orders rates
CREATE VIEW versioned_rates AS SELECT currency, rate, since FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY since DESC) AS rn FROM rates) WHERE rn = 1;
CREATE VIEW euros AS SELECT o.order_time, o.product, o.price / r.rate AS euros FROM orders o JOIN versioned_rates FOR SYSTEM_TIME AS OF o.order_time AS r ON o.currency = r.currency;
SELECT window_start, product, SUM(euros) AS s FROM TABLE(TUMBLE(TABLE euros, DESCRIPTOR(order_time), INTERVAL '20' MINUTES)) GROUP BY window_start, window_end, product;
