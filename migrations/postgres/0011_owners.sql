-- What owners do with their repositories in the browser.

-- What an owner decided about a repository: the last `dev.longshore.repository.settings` seen. A cache.
CREATE TABLE repository_settings (
    owner_did     TEXT COLLATE "C" NOT NULL,
    repository    TEXT COLLATE "C" NOT NULL,
    record        TEXT,             -- the record as JSON; NULL: there is none
    record_uri    TEXT,
    applies_daily BIGINT NOT NULL,  -- 0 or 1: retention is enabled
    applied_at    BIGINT,           -- when the retention rules were last applied by themselves
    checked_at    BIGINT NOT NULL,
    PRIMARY KEY (owner_did, repository)
);

-- Deletions of several tags and manifests, under way or done: who survives a closed browser, and the history.
CREATE TABLE repository_deletions (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner_did    TEXT COLLATE "C" NOT NULL,
    repository   TEXT COLLATE "C" NOT NULL,
    cause        TEXT COLLATE "C" NOT NULL,   -- tags, repository, retention
    session_id   TEXT COLLATE "C" NOT NULL,   -- with which records are deleted
    state        TEXT COLLATE "C" NOT NULL,   -- running, done, stopped
    problem      TEXT,              -- why it stopped
    freed        BIGINT,            -- bytes that the owner's quota gets back; NULL: not known
    started_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,   -- a run that nobody moves on for a while is taken over
    ended_at     BIGINT
);
CREATE INDEX repository_deletions_of ON repository_deletions (owner_did, repository, started_at);
CREATE INDEX repository_deletions_state ON repository_deletions (state, updated_at);
CREATE TABLE repository_deletion_steps (
    deletion_id TEXT COLLATE "C" NOT NULL REFERENCES repository_deletions (id) ON DELETE CASCADE,
    position    BIGINT NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,    -- tag, manifest, records
    name        TEXT COLLATE "C" NOT NULL,    -- the tag; empty for others
    digest      TEXT COLLATE "C" NOT NULL,    -- what the tag pointed to, or the manifest
    state       TEXT COLLATE "C" NOT NULL,    -- waiting, done, failed
    reason      TEXT,               -- why it failed
    PRIMARY KEY (deletion_id, position)
);

-- Stars that were given here, or whose records were seen: `io.atcr.sailor.star`. A cache.
CREATE TABLE stars (
    person_did TEXT COLLATE "C" NOT NULL,     -- who likes it
    owner_did  TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    starred_at BIGINT NOT NULL,
    PRIMARY KEY (person_did, owner_did, repository)
);
CREATE INDEX stars_of ON stars (owner_did, repository);
