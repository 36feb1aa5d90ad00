-- mode: columns
-- tables: nexmark
-- As the benchmark has it: its rows differ from run to run, so only that it is planned is compared.
CREATE VIEW B AS SELECT *, PROCTIME() AS p_time FROM bid;
EXPLAIN SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE B, DESCRIPTOR(p_time), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end;
