-- mode: rows
-- tables: nested
SELECT tag, COUNT(*) AS n FROM nested CROSS JOIN UNNEST(tags) AS t(tag) WHERE tag IS NOT NULL GROUP BY tag;
