-- mode: digest
-- tables: nexmark
-- How many bids a user made in ten seconds. The benchmark's windows are of processing time, and their rows differ from run to
-- run; here they are of event time.
SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(customTime), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end;
