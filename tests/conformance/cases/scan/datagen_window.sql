-- mode: rows
-- A window over generated rows with a computed time.
CREATE TABLE g (n INT, ts AS TO_TIMESTAMP_LTZ(n * 1000, 3), parity AS MOD(n, 2), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '39', 'rows-per-second' = '1000000');
SELECT window_start, parity, COUNT(*) AS c, SUM(n) AS s FROM TABLE(TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '10' SECONDS)) GROUP BY window_start, window_end, parity;
