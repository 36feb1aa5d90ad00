-- mode: error
-- tables: orders
select ID as x from ORDERS where id = 1;
