-- mode: rows
-- A multiset has no form in the gateway's JSON: it is read through UNNEST.
-- tables: orders
SELECT product, c FROM (SELECT product, COLLECT(currency) AS cs FROM orders GROUP BY product) CROSS JOIN UNNEST(cs) AS t(c);
