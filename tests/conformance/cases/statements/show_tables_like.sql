-- mode: rows
-- tables: orders rates payments
SHOW TABLES LIKE '%r%';
