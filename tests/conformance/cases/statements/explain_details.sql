-- mode: columns
-- tables: orders
EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN SELECT product, COUNT(*) FROM orders GROUP BY product;
