-- mode: error
-- Where a job is waited for, its failure is the statement's.
SET 'table.dml-sync' = 'true';
CREATE TABLE words (word STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/words', 'format' = 'raw');
INSERT INTO words VALUES ('1'), ('two');
CREATE TABLE numbers (n INT) WITH ('connector' = 'filesystem', 'path' = '${out}/numbers', 'format' = 'json');
INSERT INTO numbers SELECT CAST(word AS INT) FROM words;
