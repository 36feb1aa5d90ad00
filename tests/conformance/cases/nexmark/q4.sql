-- mode: rows
-- tables: nexmark
-- The average of the winning prices in each category.
SELECT Q.category, AVG(Q.final) FROM (
  SELECT MAX(B.price) AS final, A.category FROM auction A, bid B
  WHERE A.id = B.auction AND B.customTime BETWEEN A.customTime AND A.expires GROUP BY A.id, A.category
) Q GROUP BY Q.category;
