-- mode: rows
-- tables: orders rates
CREATE VIEW versioned_rates AS SELECT currency, rate, since FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY since DESC) AS rn FROM rates) WHERE rn = 1;
SELECT o.id, o.price * r.rate AS euros, r.since FROM orders o JOIN versioned_rates FOR SYSTEM_TIME AS OF o.order_time r ON o.currency = r.currency AND o.quantity > 3;
