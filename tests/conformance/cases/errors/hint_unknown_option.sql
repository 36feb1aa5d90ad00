-- mode: error
-- A hint with an option that the connector does not know.
-- tables: orders
SELECT id FROM orders /*+ OPTIONS('no.such' = '1') */;
