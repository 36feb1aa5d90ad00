-- mode: failure
-- MAP_FROM_ARRAYS of arrays of unlike lengths fails.
SELECT MAP_FROM_ARRAYS(k, v) FROM (VALUES (ARRAY['a', 'b'], ARRAY[1])) AS t(k, v);
