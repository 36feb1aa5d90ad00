-- How much of its hourly budget has each ads campaign spent, and will it last?
-- Data: generated; an hour of billed impressions and clicks of five campaigns, in half a minute.
SET 'table.local-time-zone' = 'UTC';

-- Twenty events a minute for each campaign. A click costs more than an impression, and campaign-4 pays by far the most.
CREATE TABLE generated_events (
  n BIGINT,
  campaign AS CONCAT('campaign-', CAST(MOD(n, 5) AS STRING)),
  kind AS CASE WHEN MOD(n, 9) = 0 THEN 'click' ELSE 'impression' END,
  cost AS CAST(CASE WHEN MOD(n, 9) = 0 THEN 0.4500 ELSE 0.0125 END * (1 + MOD(n, 5)) AS DECIMAL(10, 4)),
  event_time AS TO_TIMESTAMP_LTZ(1767225600000 + n * 600, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '200',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '5999'
);

CREATE VIEW budgets AS
SELECT * FROM (VALUES
  ('campaign-0', 120.00),
  ('campaign-1', 150.00),
  ('campaign-2', 200.00),
  ('campaign-3', 500.00),
  ('campaign-4', 250.00)
) AS b (campaign, budget);

-- What was spent since the hour began, every five minutes.
CREATE VIEW spending AS
SELECT window_start, window_end, campaign, SUM(cost) AS spent, COUNT(*) FILTER (WHERE kind = 'click') AS clicks
FROM CUMULATE(TABLE generated_events, DESCRIPTOR(event_time), INTERVAL '5' MINUTE, INTERVAL '1' HOUR)
GROUP BY window_start, window_end, campaign;

-- A campaign is ahead when it has spent a larger part of its budget than has gone by of the hour.
SELECT
  window_end AS `until`,
  s.campaign,
  clicks,
  spent,
  budget,
  CASE
    WHEN spent > budget THEN 'over budget'
    WHEN spent / budget > TIMESTAMPDIFF(MINUTE, window_start, window_end) / 60.0 * 1.1 THEN 'ahead'
    WHEN spent / budget < TIMESTAMPDIFF(MINUTE, window_start, window_end) / 60.0 * 0.5 THEN 'behind'
    ELSE 'on pace'
  END AS pace
FROM spending AS s
JOIN budgets AS b ON s.campaign = b.campaign;
