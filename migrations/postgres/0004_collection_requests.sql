-- Collections of garbage that a command asks the running server for, and its answers.
CREATE TABLE hold_collection_requests (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    grace_millis BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    taken_at     BIGINT, -- when the server began with it
    report       TEXT,   -- JSON
    failure      TEXT
);
