-- mode: error
-- tables: orders rates
SELECT o.id FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.order_time AS r ON o.currency = r.currency;
