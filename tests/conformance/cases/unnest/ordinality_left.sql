-- mode: rows
-- Places, and a row where there is no element.
-- tables: nested
SELECT id, tag, o FROM nested LEFT JOIN UNNEST(tags) WITH ORDINALITY AS t(tag, o) ON TRUE;
