-- mode: digest
-- tables: nexmark
-- Pass through.
SELECT auction, bidder, price, customTime, extra FROM bid;
