-- mode: rows
-- tables: nested
SELECT id, k, v FROM nested CROSS JOIN UNNEST(props) AS t(k, v);
