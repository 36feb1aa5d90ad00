-- mode: error
USE nothing;
