-- mode: rows
-- There are no models.
SHOW MODELS;
