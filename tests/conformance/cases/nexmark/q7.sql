-- mode: rows
-- tables: nexmark
-- The highest bid of every ten seconds.
SELECT B.auction, B.bidder, B.price, B.customTime, B.extra FROM bid B
JOIN (
  SELECT MAX(price) AS maxprice, window_end AS customTime
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(customTime), INTERVAL '10' SECOND)) GROUP BY window_start, window_end
) B1 ON B.price = B1.maxprice
WHERE B.customTime BETWEEN B1.customTime - INTERVAL '10' SECOND AND B1.customTime;
