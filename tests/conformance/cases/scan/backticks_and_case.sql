-- mode: rows
-- tables: orders
select `id` as `Order Id`, Upper(`product`) as p from `orders` where `id` between 1 and 3;
