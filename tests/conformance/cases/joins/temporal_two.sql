-- mode: rows
-- Two versioned tables, one after the other.
-- tables: orders rates products
CREATE VIEW versioned_rates AS SELECT currency, rate, since FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY since DESC) AS rn FROM rates) WHERE rn = 1;
CREATE VIEW latest AS SELECT code, cost, changed FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY code ORDER BY changed DESC) AS rn FROM products) WHERE rn = 1;
SELECT o.id, r.rate, p.cost, CAST(o.quantity * p.cost * r.rate AS DECIMAL(12, 2)) AS worth FROM orders o
LEFT JOIN versioned_rates FOR SYSTEM_TIME AS OF o.order_time AS r ON o.currency = r.currency
LEFT JOIN latest FOR SYSTEM_TIME AS OF o.order_time AS p ON o.product = p.code;
