-- mode: error
CREATE FUNCTION f AS 'no.such.Class';
SELECT f(1);
