-- mode: rows
-- tables: orders
SELECT product, STDDEV_POP(price) AS sp, STDDEV_SAMP(price) AS ss, VAR_POP(price) AS vp, VAR_SAMP(price) AS vs, VARIANCE(quantity) AS v,
  STDDEV_POP(quantity) AS sq, STDDEV(quantity) AS sd FROM orders GROUP BY product;
