-- mode: error
-- tables: orders
SELECT window_start FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_tiem), INTERVAL '1' MINUTE));
