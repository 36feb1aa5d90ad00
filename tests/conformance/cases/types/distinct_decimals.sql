-- mode: rows
SELECT DISTINCT d FROM (VALUES (1.0), (1.00), (1.000), (2.5)) AS t(d);
