-- mode: digest
-- tables: nexmark
-- How many bids a user made in each session.
SELECT B.bidder, COUNT(*) AS bid_count, SESSION_START(B.customTime, INTERVAL '10' SECOND) AS starttime,
  SESSION_END(B.customTime, INTERVAL '10' SECOND) AS endtime
FROM bid B GROUP BY B.bidder, SESSION(B.customTime, INTERVAL '10' SECOND);
