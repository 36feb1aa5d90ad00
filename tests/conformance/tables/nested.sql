CREATE TABLE nested (
  id INT, name STRING, tags ARRAY<STRING>, props MAP<STRING, INT>,
  addr ROW<city STRING, geo ROW<lat DOUBLE, lon DOUBLE>>,
  items ARRAY<ROW<sku STRING, qty INT>>, matrix ARRAY<ARRAY<INT>>
) WITH ('connector' = 'filesystem', 'path' = '${data}/nested.json', 'format' = 'json');
