-- mode: rows
-- tables: clicks
SELECT username, page, ts, ms FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY username, page ORDER BY ts DESC) AS rn FROM clicks) WHERE rn = 1;
