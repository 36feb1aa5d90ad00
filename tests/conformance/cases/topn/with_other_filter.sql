-- mode: rows
-- A further condition on the ranked rows does not change the ranks.
-- tables: orders
SELECT product, id, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY price DESC NULLS LAST, id) AS rn FROM orders) WHERE rn <= 3 AND currency = 'GBP';
