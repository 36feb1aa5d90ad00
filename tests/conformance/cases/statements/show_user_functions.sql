-- mode: rows
SHOW USER FUNCTIONS;
