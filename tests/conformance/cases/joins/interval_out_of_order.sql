-- mode: rows
-- tables: clicks
CREATE VIEW on_time AS SELECT * FROM clicks WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts);
SELECT a.ts, a.username, b.ts AS other FROM on_time a JOIN on_time b ON a.username = b.username
AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '10' SECOND AND b.ts <> a.ts;
