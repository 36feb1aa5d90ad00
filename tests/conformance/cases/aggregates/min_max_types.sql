-- mode: rows
-- tables: stays
SELECT MIN(seen) AS a, MAX(seen) AS b, MIN(guest) AS c, MAX(city) AS d, MIN(CAST(seen AS DATE)) AS e, MAX(CAST(seen AS TIME)) AS f, MIN(city = 'rome') AS g FROM stays;
