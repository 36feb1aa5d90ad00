-- mode: rows
-- The entries of a map as rows.
-- tables: nested
SELECT id, k, v FROM nested CROSS JOIN UNNEST(MAP_ENTRIES(props)) AS t(k, v);
