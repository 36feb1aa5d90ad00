-- mode: error
DESCRIBE nothing;
