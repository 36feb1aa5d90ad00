-- mode: changelog
-- Rows of one side come before the other's in one job only by chance: a bounded VALUES on the right comes as it will,
-- so only the one-sided part is compared in order.
-- tables: orders
SELECT o.id, p.m FROM orders o LEFT JOIN (SELECT id, 'none' AS m FROM orders WHERE FALSE) p ON o.id = p.id WHERE o.id < 4;
