-- mode: rows
-- tables: nested
SELECT id, tag FROM nested LEFT JOIN UNNEST(tags) AS t(tag) ON TRUE;
