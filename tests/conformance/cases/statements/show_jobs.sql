-- mode: columns
SHOW JOBS;
