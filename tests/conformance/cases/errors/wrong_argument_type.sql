-- mode: error
SELECT ABS('x');
