-- mode: digest
-- tables: nexmark
-- Bids with their auction, in category 10.
SELECT auction, bidder, price, channel, url, B.customTime AS bid_customTime, B.extra AS bid_extra, itemName, description, initialBid, reserve,
  A.customTime AS auction_customTime, expires, seller, category, A.extra AS auction_extra
FROM bid AS B INNER JOIN auction AS A ON B.auction = A.id WHERE A.category = 10;
