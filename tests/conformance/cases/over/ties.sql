-- mode: rows
-- Rows of one time are counted together, and so ranked alike; a row before is that before the last of them.
-- tables: clicks
SELECT ts, username, LAG(username) OVER w AS l, COUNT(*) OVER w AS n, RANK() OVER w AS r, DENSE_RANK() OVER w AS d FROM clicks WINDOW w AS (ORDER BY ts);
