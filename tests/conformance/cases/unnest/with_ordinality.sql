-- mode: rows
-- tables: nested
SELECT id, tag, o FROM nested CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t(tag, o);
