-- accounts: archives of what is kept about people, made at their request. Times are unix milliseconds.
CREATE TABLE data_exports (
    id              TEXT    NOT NULL PRIMARY KEY,
    did             TEXT    NOT NULL,
    browser_session TEXT    NOT NULL, -- name of the one that asked
    step            TEXT    NOT NULL, -- what is being done, in words
    steps_done      INTEGER NOT NULL,
    steps           INTEGER NOT NULL,
    size            INTEGER NOT NULL, -- bytes of the parts
    failures        TEXT    NOT NULL, -- JSON: [{"place": "did:web:…", "reason": "…"}]
    digest          TEXT,             -- hex of SHA-256 over the archive, once it is whole
    requested_at    INTEGER NOT NULL,
    active_at       INTEGER NOT NULL, -- when the process that makes it last said so
    finished_at     INTEGER           -- NULL while it is being made
) STRICT, WITHOUT ROWID;
CREATE INDEX data_exports_did ON data_exports (did, requested_at);
-- One at a time for each person.
CREATE UNIQUE INDEX data_exports_running ON data_exports (did) WHERE finished_at IS NULL;
CREATE INDEX data_exports_requested ON data_exports (requested_at);
-- Their bytes, in parts of one size but the last.
CREATE TABLE data_export_parts (
    export_id TEXT    NOT NULL REFERENCES data_exports (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    bytes     BLOB    NOT NULL,
    PRIMARY KEY (export_id, position)
) STRICT;
