-- mode: digest
-- tables: nexmark
-- Dollars into euros.
SELECT auction, bidder, 0.908 * price AS price, customTime, extra FROM bid;
