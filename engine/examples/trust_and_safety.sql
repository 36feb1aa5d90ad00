-- Who is to be looked at, within a second?
-- Data: generated; ten seconds of comments of forty accounts, among them some that write too much, and some that post one link.
SET 'table.local-time-zone' = 'UTC';

CREATE TABLE generated_comments (
  n BIGINT,
  account AS CASE
    WHEN MOD(n, 250) BETWEEN 40 AND 80 AND MOD(n, 3) = 0 THEN CONCAT('bot-', CAST(n / 250 AS STRING))
    WHEN MOD(n, 250) BETWEEN 100 AND 124 AND MOD(n, 4) = 0 THEN CONCAT('sleeper-', CAST(MOD(n, 250) / 4 AS STRING))
    ELSE CONCAT('user-', CAST(MOD(n * 37, 41) AS STRING))
  END,
  link AS CASE
    WHEN MOD(n, 250) BETWEEN 100 AND 124 AND MOD(n, 4) = 0 THEN 'https://cheap-watches.example'
    WHEN MOD(n, 25) = 0 THEN CONCAT('https://', CAST(MOD(n, 7) AS STRING), '.example')
  END,
  written_at AS TO_TIMESTAMP_LTZ(1767225600000 + n * 10, 3),
  WATERMARK FOR written_at AS written_at - INTERVAL '0.2' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '100',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '999'
);

-- How much each account wrote within the second before each of its comments.
CREATE VIEW bursts AS
SELECT written_at, account, COUNT(*) OVER (
  PARTITION BY account ORDER BY written_at RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW) AS comments
FROM generated_comments;

-- How many accounts posted each link within the two seconds before.
CREATE VIEW spreads AS
SELECT written_at, account, link, COUNT(DISTINCT account) OVER (
  PARTITION BY link ORDER BY written_at RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW) AS accounts
FROM generated_comments
WHERE link IS NOT NULL;

-- The comment that is one too many raises the flag, not the end of a window.
SELECT written_at, account AS subject, 'the sixth comment within a second' AS reason FROM bursts WHERE comments = 6
UNION ALL
SELECT written_at, link, CONCAT('posted by four accounts, the last one ', account) FROM spreads WHERE accounts = 4;
