-- The benchmark's one stream of all events, and its three views.
CREATE TABLE nexmark (
  event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING,
    customTime TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, customTime TIMESTAMP(3),
    expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, customTime TIMESTAMP(3), extra STRING>,
  customTime AS CASE WHEN event_type = 0 THEN person.customTime WHEN event_type = 1 THEN auction.customTime ELSE bid.customTime END,
  WATERMARK FOR customTime AS customTime - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${nexmark}/events.json', 'format' = 'json');
CREATE VIEW person AS
SELECT person.id, person.name, person.emailAddress, person.creditCard, person.city, person.state, customTime, person.extra
FROM nexmark WHERE event_type = 0;
CREATE VIEW auction AS
SELECT auction.id, auction.itemName, auction.description, auction.initialBid, auction.reserve, customTime, auction.expires,
  auction.seller, auction.category, auction.extra
FROM nexmark WHERE event_type = 1;
CREATE VIEW bid AS
SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, customTime, bid.extra
FROM nexmark WHERE event_type = 2;
