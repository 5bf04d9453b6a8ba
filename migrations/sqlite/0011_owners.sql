-- What owners do with their repositories in the browser.

-- What an owner decided about a repository: the last `dev.longshore.repository.settings` seen. A cache.
CREATE TABLE repository_settings (
    owner_did     TEXT   NOT NULL,
    repository    TEXT   NOT NULL,
    record        TEXT,             -- the record as JSON; NULL: there is none
    record_uri    TEXT,
    applies_daily INTEGER NOT NULL,  -- 0 or 1: retention is enabled
    applied_at    INTEGER,           -- when the retention rules were last applied by themselves
    checked_at    INTEGER NOT NULL,
    PRIMARY KEY (owner_did, repository)
) STRICT, WITHOUT ROWID;

-- Deletions of several tags and manifests, under way or done: who survives a closed browser, and the history.
CREATE TABLE repository_deletions (
    id           TEXT   NOT NULL PRIMARY KEY,
    owner_did    TEXT   NOT NULL,
    repository   TEXT   NOT NULL,
    cause        TEXT   NOT NULL,   -- tags, repository, retention
    session_id   TEXT   NOT NULL,   -- with which records are deleted
    state        TEXT   NOT NULL,   -- running, done, stopped
    problem      TEXT,              -- why it stopped
    freed        INTEGER,            -- bytes that the owner's quota gets back; NULL: not known
    started_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,   -- a run that nobody moves on for a while is taken over
    ended_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX repository_deletions_of ON repository_deletions (owner_did, repository, started_at);
CREATE INDEX repository_deletions_state ON repository_deletions (state, updated_at);
CREATE TABLE repository_deletion_steps (
    deletion_id TEXT   NOT NULL REFERENCES repository_deletions (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    kind        TEXT   NOT NULL,    -- tag, manifest, records
    name        TEXT   NOT NULL,    -- the tag; empty for others
    digest      TEXT   NOT NULL,    -- what the tag pointed to, or the manifest
    state       TEXT   NOT NULL,    -- waiting, done, failed
    reason      TEXT,               -- why it failed
    PRIMARY KEY (deletion_id, position)
) STRICT, WITHOUT ROWID;

-- Stars that were given here, or whose records were seen: `io.atcr.sailor.star`. A cache.
CREATE TABLE stars (
    person_did TEXT   NOT NULL,     -- who likes it
    owner_did  TEXT   NOT NULL,
    repository TEXT   NOT NULL,
    record_key TEXT   NOT NULL,
    starred_at INTEGER NOT NULL,
    PRIMARY KEY (person_did, owner_did, repository)
) STRICT, WITHOUT ROWID;
CREATE INDEX stars_of ON stars (owner_did, repository);
