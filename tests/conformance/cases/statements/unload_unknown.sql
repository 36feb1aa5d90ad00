-- mode: error
UNLOAD MODULE nothing;
