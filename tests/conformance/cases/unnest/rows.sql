-- mode: rows
-- tables: nested
SELECT id, sku, qty FROM nested CROSS JOIN UNNEST(items) AS t(sku, qty);
