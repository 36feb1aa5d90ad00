-- mode: files
-- Another quote character, a tab between fields.
-- tables: strings
CREATE TABLE t (id INT, s STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv', 'csv.quote-character' = '''', 'csv.field-delimiter' = '\t', 'csv.array-element-delimiter' = '/');
INSERT INTO t SELECT id, s FROM strings;
