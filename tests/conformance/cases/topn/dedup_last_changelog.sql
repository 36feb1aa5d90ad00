-- mode: changelog
-- Later rows that are older do not replace.
-- tables: clicks
SELECT username, ts FROM (SELECT username, ts, ROW_NUMBER() OVER (PARTITION BY username ORDER BY ts DESC) AS rn FROM clicks) WHERE rn = 1;
