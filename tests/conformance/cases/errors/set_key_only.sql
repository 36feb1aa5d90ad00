-- mode: error
SET 'my.own.key';
