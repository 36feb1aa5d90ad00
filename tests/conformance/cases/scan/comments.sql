-- mode: rows
-- tables: orders
/* a comment
   over lines; with a semicolon */
SELECT id -- the key
FROM orders /* between */ WHERE id = 3;
