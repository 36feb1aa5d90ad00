-- mode: error
-- What is temporary is dropped as that.
CREATE TEMPORARY VIEW v AS SELECT 1 AS a;
DROP VIEW v;
