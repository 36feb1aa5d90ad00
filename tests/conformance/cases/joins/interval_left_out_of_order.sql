-- mode: rows
-- What is late is filtered first: how long the other side's rows are kept for it depends on which side is read faster.
-- tables: clicks
CREATE VIEW on_time AS SELECT * FROM clicks WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts);
SELECT a.ts, a.username, b.page FROM on_time a LEFT JOIN (SELECT * FROM on_time WHERE page = '/cart') b ON a.username = b.username
AND b.ts BETWEEN a.ts - INTERVAL '20' SECOND AND a.ts + INTERVAL '20' SECOND AND a.page <> b.page;
