-- mode: changelog
-- A window's ranks come when it is complete: rows are only added.
-- tables: bid
SELECT item, price, window_start, rn FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, supplier ORDER BY price) AS rn
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES))
) WHERE rn <= 1;
