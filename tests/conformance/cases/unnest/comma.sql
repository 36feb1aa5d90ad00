-- mode: rows
-- tables: nested
SELECT id, tag FROM nested, UNNEST(tags) AS t(tag);
