-- mode: rows
-- tables: clicks
CREATE VIEW on_time AS SELECT * FROM clicks WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts);
CREATE TABLE pages (page STRING, owner STRING, since TIMESTAMP(3), WATERMARK FOR since AS since, PRIMARY KEY (page) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${data}/pages.csv', 'format' = 'csv');
SELECT c.ts, c.page, p.owner FROM on_time c LEFT JOIN pages FOR SYSTEM_TIME AS OF c.ts AS p ON c.page = p.page;
