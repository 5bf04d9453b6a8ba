-- Collections of garbage that a command asks the running server for, and its answers.
CREATE TABLE hold_collection_requests (
    id           TEXT    NOT NULL PRIMARY KEY,
    grace_millis INTEGER NOT NULL,
    requested_at INTEGER NOT NULL,
    taken_at     INTEGER, -- when the server began with it
    report       TEXT,    -- JSON
    failure      TEXT
) STRICT, WITHOUT ROWID;
