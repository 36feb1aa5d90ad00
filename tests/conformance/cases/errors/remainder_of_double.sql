-- mode: error
SELECT MOD(7.5e0, 2);
