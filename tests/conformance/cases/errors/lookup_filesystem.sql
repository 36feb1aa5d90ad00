-- mode: error
-- tables: orders rates
SELECT o.id, r.rate FROM (SELECT *, PROCTIME() AS p FROM orders) AS o JOIN rates FOR SYSTEM_TIME AS OF o.p AS r ON o.currency = r.currency;
