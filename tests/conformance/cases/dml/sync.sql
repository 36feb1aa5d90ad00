-- mode: rows
-- A statement set that is over when its job is: what comes after it reads all that was written.
SET 'table.dml-sync' = 'true';
CREATE TABLE cheap (id INT, amount DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '${out}/cheap', 'format' = 'csv');
CREATE TABLE counts (product STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${out}/counts', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO cheap SELECT 1, CAST(2.5 AS DECIMAL(10, 2));
  INSERT INTO counts VALUES ('a', 3), ('b', 4);
END;
SELECT product, n, CAST(NULL AS DECIMAL(10, 2)) FROM counts UNION ALL SELECT 'cheap', id, amount FROM cheap;
