-- mode: rows
-- tables: nested
SELECT id, inner_array, n FROM nested CROSS JOIN UNNEST(matrix) AS t(inner_array) CROSS JOIN UNNEST(inner_array) AS u(n);
