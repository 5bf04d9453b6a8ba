-- Times are unix milliseconds. Digests are `algorithm:hex`. DIDs are stored as given, case-sensitive.

-- identity: what we last verified about an account (a cache with a memory across restarts).
CREATE TABLE identities (
    did         TEXT   NOT NULL PRIMARY KEY,
    handle      TEXT,               -- verified both ways, or NULL
    pds_url     TEXT   NOT NULL,
    signing_key TEXT,               -- did:key form of `#atproto`
    checked_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_handle ON identities (handle);

-- accounts: PDS sessions opened by `docker login` with an app password.
CREATE TABLE pds_sessions (
    id                 TEXT   NOT NULL PRIMARY KEY,
    did                TEXT   NOT NULL,
    pds_url            TEXT   NOT NULL,
    credential_hash    BLOB   NOT NULL, -- HMAC of the app password, to recognise the next login with it
    access_token       BLOB   NOT NULL, -- encrypted
    refresh_token      BLOB   NOT NULL, -- encrypted
    access_expires_at  INTEGER NOT NULL,
    validated_at       INTEGER NOT NULL, -- when the PDS last confirmed the session
    last_used_at       INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    refresh_started_at INTEGER           -- set while one request refreshes
) STRICT, WITHOUT ROWID;
CREATE INDEX pds_sessions_did ON pds_sessions (did, credential_hash);
CREATE INDEX pds_sessions_last_used ON pds_sessions (last_used_at);

-- catalogue: a cache of what lies in PDSes, filled by pushes and pulls. A row of `manifests` may come from a
-- record alone; its content follows when somebody asks for it.
CREATE TABLE manifest_contents (
    digest  TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE manifests (
    owner_did     TEXT   NOT NULL,
    repository    TEXT   NOT NULL,
    digest        TEXT   NOT NULL,
    media_type    TEXT   NOT NULL,
    size          INTEGER NOT NULL,
    artifact_type TEXT,
    subject       TEXT,
    annotations   TEXT   NOT NULL,  -- JSON object
    hold_did      TEXT,
    record_key    TEXT   NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (owner_did, repository, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX manifests_subject ON manifests (owner_did, repository, subject, digest);
CREATE TABLE tags (
    owner_did    TEXT   NOT NULL,
    repository   TEXT   NOT NULL,
    tag          TEXT   NOT NULL,
    digest       TEXT   NOT NULL,
    record_key   TEXT   NOT NULL,
    updated_at   INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,  -- when the owner's PDS last agreed
    PRIMARY KEY (owner_did, repository, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_digest ON tags (owner_did, repository, digest);
-- Which blobs a repository may show: uploaded here, mounted here, or named by a manifest of it.
CREATE TABLE repository_blobs (
    owner_did  TEXT   NOT NULL,
    repository TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    hold_did   TEXT   NOT NULL,
    added_at   INTEGER NOT NULL,
    PRIMARY KEY (owner_did, repository, digest)
) STRICT, WITHOUT ROWID;
-- When the records of a collection were last listed whole from the owner's PDS.
CREATE TABLE record_listings (
    owner_did  TEXT   NOT NULL,
    collection TEXT   NOT NULL,
    listed_at  INTEGER NOT NULL,
    PRIMARY KEY (owner_did, collection)
) STRICT, WITHOUT ROWID;

-- hold: bytes, uploads and usage.
CREATE TABLE hold_blobs (
    digest    TEXT   NOT NULL PRIMARY KEY,
    size      INTEGER NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE hold_uploads (
    id             TEXT   NOT NULL PRIMARY KEY,
    uploader_did   TEXT   NOT NULL,
    repository     TEXT   NOT NULL,
    staging        TEXT   NOT NULL, -- what the blob store needs to continue, opaque here
    size           INTEGER NOT NULL, -- bytes acknowledged so far
    started_at     INTEGER NOT NULL,
    last_active_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_uploads_last_active ON hold_uploads (last_active_at);
CREATE TABLE hold_layers (
    user_did   TEXT   NOT NULL,
    repository TEXT   NOT NULL,
    manifest   TEXT   NOT NULL, -- digest of the manifest that names the blob
    digest     TEXT   NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT   NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_did, repository, manifest, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_layers_digest ON hold_layers (digest);
