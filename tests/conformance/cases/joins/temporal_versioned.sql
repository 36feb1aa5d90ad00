-- mode: rows
-- tables: orders rates
CREATE VIEW versioned_rates AS
SELECT currency, rate, since FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY since DESC) AS rn FROM rates
) WHERE rn = 1;
SELECT o.id, o.currency, o.price, r.rate, o.order_time
FROM orders o LEFT JOIN versioned_rates FOR SYSTEM_TIME AS OF o.order_time AS r ON o.currency = r.currency;
