-- mode: error
-- tables: strings
SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE strings, DESCRIPTOR(id), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
