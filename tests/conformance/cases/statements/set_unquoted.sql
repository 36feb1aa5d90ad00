-- mode: rows
-- SET without quotes.
SET table.local-time-zone = Asia/Tokyo;
