-- mode: rows
-- tables: numbers
SELECT STDDEV_POP(d) AS sp, STDDEV_SAMP(d) AS ss, VAR_POP(f) AS vp, VAR_SAMP(d) AS vs FROM numbers WHERE ABS(d) < 100;
