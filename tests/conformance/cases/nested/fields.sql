-- mode: rows
-- tables: nested
SELECT id, addr.city, addr.geo.lat + 1 AS lat, nested.addr.geo AS g, items[1].qty AS q, props['k1'] AS k FROM nested WHERE addr.city IS NOT NULL OR id = 3;
