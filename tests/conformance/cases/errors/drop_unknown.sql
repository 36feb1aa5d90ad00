-- mode: error
DROP TABLE nothing;
