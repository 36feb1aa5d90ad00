-- mode: rows
-- tables: nested
SELECT id, tag FROM nested CROSS JOIN UNNEST(tags) AS t(tag);
