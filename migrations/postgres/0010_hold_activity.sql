-- Running a hold: who did what, collections of garbage with how far they are, and how the hold grows.

-- Who did what when, kept for a year. Something that happens again within the hour is counted, not listed again.
CREATE TABLE hold_activity (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- TID: later entries have greater ones
    at      BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times   BIGINT NOT NULL,
    actor   TEXT COLLATE "C" NOT NULL, -- DID, 'operator' or 'hold'
    action  TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C",             -- DID or name of what it was done to
    details TEXT COLLATE "C" NOT NULL  -- JSON object
);
CREATE INDEX hold_activity_actor ON hold_activity (actor, id);
CREATE INDEX hold_activity_subject ON hold_activity (subject, id);
CREATE INDEX hold_activity_action ON hold_activity (action, id);

-- Collections of garbage, the running one and those before.
CREATE TABLE hold_collections (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- TID
    started_by     TEXT COLLATE "C" NOT NULL, -- DID, 'operator' or 'hold'
    grace_millis   BIGINT NOT NULL,
    started_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL, -- when whoever runs it last said so
    ended_at       BIGINT,
    stopped_by     TEXT COLLATE "C",          -- who wants it to end early
    state          TEXT COLLATE "C" NOT NULL, -- running, done, stopped, failed
    progress       TEXT COLLATE "C" NOT NULL, -- JSON
    failure        TEXT COLLATE "C"
);
CREATE INDEX hold_collections_state ON hold_collections (state);

-- One sample a day of what the hold has.
CREATE TABLE hold_usage_samples (
    day          BIGINT NOT NULL PRIMARY KEY, -- days since 1970-01-01, UTC
    taken_at     BIGINT NOT NULL,
    blobs        BIGINT NOT NULL,
    stored_bytes BIGINT NOT NULL, -- of every blob that exists or is in quarantine
    used_bytes   BIGINT NOT NULL, -- of those that layer records name
    users        BIGINT NOT NULL
);
