-- mode: error
SET 'table.local-time-zone' = 'Mars/Phobos';
