-- mode: rows
-- tables: orders payments
SELECT t.product, t.id, p.how FROM (
  SELECT product, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY product ORDER BY quantity DESC, id) AS rn FROM orders) WHERE rn = 1) t
LEFT JOIN payments p ON t.id = p.order_id;
