-- Running a hold: who did what, collections of garbage with how far they are, and how the hold grows.

-- Who did what when, kept for a year. Something that happens again within the hour is counted, not listed again.
CREATE TABLE hold_activity (
    id      TEXT    NOT NULL PRIMARY KEY, -- TID: later entries have greater ones
    at      INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    actor   TEXT    NOT NULL, -- DID, 'operator' or 'hold'
    action  TEXT    NOT NULL,
    subject TEXT,             -- DID or name of what it was done to
    details TEXT    NOT NULL  -- JSON object
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_activity_actor ON hold_activity (actor, id);
CREATE INDEX hold_activity_subject ON hold_activity (subject, id);
CREATE INDEX hold_activity_action ON hold_activity (action, id);

-- Collections of garbage, the running one and those before.
CREATE TABLE hold_collections (
    id             TEXT    NOT NULL PRIMARY KEY, -- TID
    started_by     TEXT    NOT NULL, -- DID, 'operator' or 'hold'
    grace_millis   INTEGER NOT NULL,
    started_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL, -- when whoever runs it last said so
    ended_at       INTEGER,
    stopped_by     TEXT,          -- who wants it to end early
    state          TEXT    NOT NULL, -- running, done, stopped, failed
    progress       TEXT    NOT NULL, -- JSON
    failure        TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_collections_state ON hold_collections (state);

-- One sample a day of what the hold has.
CREATE TABLE hold_usage_samples (
    day          INTEGER NOT NULL PRIMARY KEY, -- days since 1970-01-01, UTC
    taken_at     INTEGER NOT NULL,
    blobs        INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL, -- of every blob that exists or is in quarantine
    used_bytes   INTEGER NOT NULL, -- of those that layer records name
    users        INTEGER NOT NULL
) STRICT;
