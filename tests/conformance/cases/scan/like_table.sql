-- mode: rows
-- tables: orders
CREATE TABLE copy (extra AS quantity + 1) LIKE orders (EXCLUDING WATERMARKS);
SELECT id, extra FROM copy WHERE id < 4;
