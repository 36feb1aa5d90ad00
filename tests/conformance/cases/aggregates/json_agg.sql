-- mode: rows
-- tables: orders
SELECT product, JSON_ARRAYAGG(customer) AS a, JSON_ARRAYAGG(customer NULL ON NULL) AS b FROM orders GROUP BY product;
