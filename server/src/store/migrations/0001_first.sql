-- What the portal must not forget. Instants are milliseconds since 1970-01-01 UTC; verdicts and states are the words of
-- the public API.

CREATE TABLE clusters (
    name        TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    url         TEXT NOT NULL,
    gateway_url TEXT,
    zone        TEXT NOT NULL,
    -- Who named it: 'zone' (started by the portal), 'config' (the configuration file) or 'user'.
    origin      TEXT NOT NULL,
    added_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
    cluster    TEXT NOT NULL REFERENCES clusters (name) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    id         TEXT NOT NULL,
    status     TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    score      INTEGER,
    started_at INTEGER,
    seen_at    INTEGER NOT NULL,
    gone_since INTEGER,
    unknown    TEXT NOT NULL,
    PRIMARY KEY (cluster, name)
) STRICT;

-- Never deleted, not even with their cluster: hence no foreign key. `body` is the finding as the public API shows it; the
-- other columns repeat what is searched for.
CREATE TABLE findings (
    id        TEXT PRIMARY KEY,
    cluster   TEXT NOT NULL,
    job       TEXT NOT NULL,
    check_name TEXT NOT NULL,
    cause     TEXT NOT NULL,
    severity  TEXT NOT NULL,
    state     TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    body      TEXT NOT NULL
) STRICT;

CREATE INDEX findings_by_job ON findings (cluster, job, state, closed_at);
CREATE INDEX findings_by_name ON findings (job, opened_at);

-- The hour grid: a row for each thing that is judged, ...
CREATE TABLE grid_rows (
    cluster   TEXT NOT NULL,
    job       TEXT NOT NULL,
    key       TEXT NOT NULL,
    position  INTEGER NOT NULL,
    check_name TEXT NOT NULL,
    subject   TEXT NOT NULL,
    unit      TEXT NOT NULL,
    threshold REAL,
    PRIMARY KEY (cluster, job, key),
    FOREIGN KEY (cluster, job) REFERENCES jobs (cluster, name) ON DELETE CASCADE
) STRICT;

-- ... and a cell for each minute of it.
CREATE TABLE cells (
    cluster TEXT NOT NULL,
    job     TEXT NOT NULL,
    key     TEXT NOT NULL,
    minute  INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    value   REAL,
    PRIMARY KEY (cluster, job, key, minute),
    FOREIGN KEY (cluster, job, key) REFERENCES grid_rows (cluster, job, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX cells_by_minute ON cells (minute);

-- Single values, such as what the example job suffers from.
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
