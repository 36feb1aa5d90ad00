-- mode: ordered
-- Late rows are dropped by a sort on event time.
-- tables: clicks
SELECT ts, username, ms FROM clicks ORDER BY ts, ms;
