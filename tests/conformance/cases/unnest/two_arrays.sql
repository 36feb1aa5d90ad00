-- mode: rows
-- Elements of two arrays of a row, each with each.
-- tables: nested
SELECT id, tag, sku FROM nested CROSS JOIN UNNEST(tags) AS t(tag) CROSS JOIN UNNEST(items) AS u(sku, qty);
