-- mode: rows
-- tables: orders
SELECT product, BITMAP_BUILD_CARDINALITY_AGG(quantity) AS n, BITMAP_TO_STRING(BITMAP_BUILD_AGG(quantity)) AS b FROM orders GROUP BY product;
