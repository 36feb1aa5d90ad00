-- mode: error
INSERT INTO nowhere SELECT 1;
