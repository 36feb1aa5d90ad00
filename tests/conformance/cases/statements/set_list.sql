-- mode: columns
SET;
