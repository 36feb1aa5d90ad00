-- mode: columns
-- tables: orders
CREATE VIEW p AS SELECT *, PROCTIME() AS pt FROM orders;
EXPLAIN SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE p, DESCRIPTOR(pt), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;
