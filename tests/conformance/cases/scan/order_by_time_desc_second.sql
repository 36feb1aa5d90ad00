-- mode: ordered
-- tables: bid
SELECT item, price, bidtime FROM bid ORDER BY bidtime, price DESC;
