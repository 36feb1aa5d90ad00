-- mode: digest
-- tables: nexmark
-- Bids with a bounded side input. The benchmark joins FOR SYSTEM_TIME AS OF the processing time, which Flink's filesystem
-- cannot be looked up for; here it is an ordinary join with the bounded table.
CREATE TABLE side_input (key BIGINT, `value` STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/side_input.csv', 'format' = 'csv');
SELECT B.auction, B.bidder, B.price, B.customTime, S.`value` FROM bid B JOIN side_input AS S ON MOD(B.auction, 100) = S.key;
