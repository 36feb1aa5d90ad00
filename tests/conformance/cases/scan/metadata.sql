-- mode: rows
CREATE TABLE t (
  id INT, name STRING, `file.name` STRING NOT NULL METADATA, size_of BIGINT NOT NULL METADATA FROM 'file.size'
) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');
SELECT id, name, `file.name`, size_of FROM t;
