-- mode: rows
SET 'table.local-time-zone' = 'Asia/Tokyo';
RESET 'table.local-time-zone';
SET 'table.local-time-zone' = 'Asia/Kolkata';
SELECT CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING) AS t;
