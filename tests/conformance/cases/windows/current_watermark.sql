-- mode: rows
-- tables: clicks
SELECT ts, username, CURRENT_WATERMARK(ts) AS wm, ts <= CURRENT_WATERMARK(ts) AS late FROM clicks;
