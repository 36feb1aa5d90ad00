-- mode: failure
-- ERROR ON ERROR fails the job.
SELECT JSON_VALUE(s, 'strict $.a' ERROR ON ERROR) FROM (VALUES ('{"a":1}'), ('{"b":1}')) AS t(s);
