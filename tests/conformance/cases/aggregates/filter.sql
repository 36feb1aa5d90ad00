-- mode: rows
-- tables: orders
SELECT product, COUNT(*) FILTER (WHERE quantity > 4) AS many, SUM(price) FILTER (WHERE currency = 'EUR') AS eur,
  COUNT(DISTINCT customer) FILTER (WHERE price > 5) AS rich, AVG(quantity) FILTER (WHERE FALSE) AS nothing FROM orders GROUP BY product;
