-- mode: error
-- tables: orders
SHOW PARTITIONS orders;
