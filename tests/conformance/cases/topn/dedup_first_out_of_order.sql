-- mode: rows
-- tables: clicks
SELECT username, page, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY username, page ORDER BY ts ASC) AS rn FROM clicks) WHERE rn = 1;
