-- mode: failure
-- tables: strings
SELECT CAST(s AS INT) FROM strings;
