-- mode: rows
-- The first of each key over unnested elements.
-- tables: nested
SELECT id, sku, qty FROM (SELECT id, sku, qty, ROW_NUMBER() OVER (PARTITION BY sku ORDER BY qty DESC) AS rn FROM nested CROSS JOIN UNNEST(items) AS t(sku, qty)) WHERE rn = 1;
