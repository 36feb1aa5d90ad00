-- mode: rows
-- Bands of prices from VALUES.
-- tables: orders
SELECT o.id, o.price, b.band FROM orders o LEFT JOIN (VALUES ('low', 0, 5), ('mid', 5, 12), ('high', 12, 100)) AS b(band, lo, hi) ON o.price >= b.lo AND o.price < b.hi WHERE o.id < 12;
