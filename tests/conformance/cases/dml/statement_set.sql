-- mode: files
-- tables: orders
CREATE TABLE big (id INT, price DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '${out}/big', 'format' = 'csv');
CREATE TABLE small (product STRING, id INT) WITH ('connector' = 'filesystem', 'path' = '${out}/small', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO big SELECT id, price FROM orders WHERE price >= 10;
INSERT INTO small SELECT product, id FROM orders WHERE price < 3;
END;
