-- mode: rows
-- tables: nexmark
-- Chosen auctions.
SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0;
