-- mode: rows
-- tables: nested
SELECT id, t.sku, t.qty FROM nested LEFT JOIN UNNEST(items) AS t(sku, qty) ON TRUE;
