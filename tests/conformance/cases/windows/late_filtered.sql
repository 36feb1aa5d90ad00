-- mode: rows
-- tables: clicks
SELECT username, COUNT(*) AS n FROM clicks WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts) GROUP BY username;
