-- mode: failure
-- Flink 2.3 fails at run time: the ordinality of an array of rows does not fit its own serializer.
-- tables: nested
SELECT id, sku, qty, o FROM nested CROSS JOIN UNNEST(items) WITH ORDINALITY AS t(sku, qty, o);
