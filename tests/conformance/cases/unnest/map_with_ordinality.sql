-- mode: rows
-- tables: nested
SELECT id, k, v, o FROM nested CROSS JOIN UNNEST(props) WITH ORDINALITY AS t(k, v, o);
