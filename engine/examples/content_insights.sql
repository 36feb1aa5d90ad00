-- Which pins do people engage with most, minute by minute?
-- Data: generated; ten minutes of impressions, close-ups, saves and clicks of forty pins, in twenty seconds.
SET 'table.local-time-zone' = 'UTC';

-- Some pins are shown far more often than others, and every fourth impression leads to more.
CREATE TABLE generated_engagements (
  n BIGINT,
  pin AS CONCAT('pin-', CAST(MOD(MOD(n * 37, 101) * MOD(n * 53, 97), 40) AS STRING)),
  viewer AS CONCAT('user-', CAST(MOD(n * 71, 211) AS STRING)),
  `action` AS CASE MOD(n, 12) WHEN 3 THEN 'close-up' WHEN 7 THEN 'save' WHEN 11 THEN 'click' ELSE 'impression' END,
  event_time AS TO_TIMESTAMP_LTZ(1767225600000 + n * 100, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '2' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '300',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '5999'
);

CREATE VIEW insights AS
SELECT
  window_start,
  window_end,
  pin,
  COUNT(*) FILTER (WHERE `action` = 'impression') AS impressions,
  COUNT(*) FILTER (WHERE `action` = 'save') AS saves,
  COUNT(*) FILTER (WHERE `action` = 'click') AS clicks,
  COUNT(*) FILTER (WHERE `action` <> 'impression') AS engagements,
  COUNT(DISTINCT viewer) AS viewers
FROM TUMBLE(TABLE generated_engagements, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end, pin;

SELECT window_start AS `minute`, place, pin, engagements, saves, clicks, impressions, viewers
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY engagements DESC, pin) AS place
  FROM insights
)
WHERE place <= 3;
