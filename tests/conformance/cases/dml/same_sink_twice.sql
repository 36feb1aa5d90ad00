-- mode: files
-- Two INSERTs of one set into the same table.
-- tables: orders payments
CREATE TABLE t (what STRING, id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
EXECUTE STATEMENT SET BEGIN
INSERT INTO t SELECT product, id FROM orders WHERE id < 4;
INSERT INTO t SELECT how, order_id FROM payments WHERE order_id < 4;
END;
