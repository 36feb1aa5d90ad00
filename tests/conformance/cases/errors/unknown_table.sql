-- mode: error
SELECT * FROM oders;
