-- The hold's repo: blocks, head, records, events, and what is derived from its records.

-- Blocks by the commit that brought them. A block that a commit drops stays readable for a while, so that whoever
-- reads the tree of an earlier commit can finish: it lived from `rev` until `dropped_rev`.
CREATE TABLE hold_repo_blocks (
    rev         TEXT NOT NULL,
    cid         BLOB NOT NULL, -- binary CID
    content     BLOB NOT NULL,
    dropped_rev TEXT,          -- the commit that no longer needs it
    PRIMARY KEY (rev, cid)
) STRICT;
CREATE INDEX hold_repo_blocks_cid ON hold_repo_blocks (cid);
CREATE INDEX hold_repo_blocks_dropped ON hold_repo_blocks (dropped_rev) WHERE dropped_rev IS NOT NULL;
-- One row: where the repo stands. Whoever writes holds this row.
CREATE TABLE hold_repo_head (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    did        TEXT    NOT NULL,
    commit_cid BLOB    NOT NULL,
    rev        TEXT    NOT NULL,
    data_cid   BLOB    NOT NULL,
    seq        INTEGER NOT NULL  -- of the last event
) STRICT;
CREATE TABLE hold_records (
    collection TEXT NOT NULL,
    record_key TEXT NOT NULL,
    cid        BLOB NOT NULL,
    rev        TEXT NOT NULL, -- the commit that last wrote it
    PRIMARY KEY (collection, record_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_records_cid ON hold_records (cid);
-- The firehose: encoded frames in order, without gaps.
CREATE TABLE hold_events (
    seq        INTEGER NOT NULL PRIMARY KEY,
    frame      BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_events_created ON hold_events (created_at);

-- atproto blobs of the hold's own records: uploaded, invisible until a record refers to them.
CREATE TABLE hold_record_blobs (
    cid         BLOB    NOT NULL PRIMARY KEY,
    digest      TEXT    NOT NULL, -- the same hash, as the blob store names it
    media_type  TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE hold_record_blob_uses (
    cid        BLOB NOT NULL,
    collection TEXT NOT NULL,
    record_key TEXT NOT NULL,
    rev        TEXT NOT NULL, -- the commit that brought the reference
    PRIMARY KEY (cid, collection, record_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_record_blob_uses_record ON hold_record_blob_uses (collection, record_key);

-- Derived from the captain, crew and stats records, for looking up.
CREATE TABLE hold_captain (
    id                   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    owner_did            TEXT    NOT NULL,
    public               INTEGER NOT NULL, -- 0 or 1
    allow_all_crew       INTEGER NOT NULL, -- 0 or 1
    enable_bluesky_posts INTEGER NOT NULL  -- 0 or 1
) STRICT;
CREATE TABLE hold_crew (
    member_did  TEXT    NOT NULL PRIMARY KEY,
    record_key  TEXT    NOT NULL UNIQUE,
    role        TEXT    NOT NULL,
    permissions TEXT    NOT NULL, -- JSON array of strings
    tier        TEXT,
    added_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE hold_stats (
    owner_did   TEXT    NOT NULL,
    repository  TEXT    NOT NULL,
    record_key  TEXT    NOT NULL UNIQUE,
    pull_count  INTEGER NOT NULL,
    push_count  INTEGER NOT NULL,
    last_pull   INTEGER,
    last_push   INTEGER,
    PRIMARY KEY (owner_did, repository)
) STRICT, WITHOUT ROWID;
-- Pulls since the stats record was last written: a pull does not make a commit of its own.
CREATE TABLE hold_pending_pulls (
    owner_did  TEXT    NOT NULL,
    repository TEXT    NOT NULL,
    pulls      INTEGER NOT NULL,
    last_pull  INTEGER NOT NULL,
    PRIMARY KEY (owner_did, repository)
) STRICT, WITHOUT ROWID;
-- Posts announcing pushes, by the person they are about.
CREATE TABLE hold_posts (
    record_key TEXT NOT NULL PRIMARY KEY,
    user_did   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_posts_user ON hold_posts (user_did);
-- An offer of the captaincy that its receiver has not accepted yet.
CREATE TABLE hold_captaincy_offer (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    member_did TEXT    NOT NULL,
    offered_by TEXT    NOT NULL,
    offered_at INTEGER NOT NULL
) STRICT;

-- hold_layers follows the layer records from here on.
ALTER TABLE hold_layers ADD COLUMN record_key TEXT NOT NULL DEFAULT '';
CREATE INDEX hold_layers_record ON hold_layers (record_key);
CREATE INDEX hold_layers_user_digest ON hold_layers (user_did, digest, size);

-- Bytes promised to somebody: of an upload in flight, then of its blob, until a layer record counts it.
CREATE TABLE hold_reservations (
    id         TEXT    NOT NULL PRIMARY KEY, -- the upload's id, or '<user>|<digest>' of a blob without a record
    user_did   TEXT    NOT NULL,
    digest     TEXT,                         -- known once the upload is complete
    size       INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_reservations_user ON hold_reservations (user_did);
CREATE INDEX hold_reservations_expiry ON hold_reservations (expires_at);
-- Taken by whoever checks a user's quota, so that two checks never see the same free bytes.
CREATE TABLE hold_quota_locks (
    user_did TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Parts of an upload that came by uploadPart.
CREATE TABLE hold_upload_parts (
    upload_id   TEXT    NOT NULL,
    part_number INTEGER NOT NULL,
    start       INTEGER NOT NULL, -- byte at which it begins
    size        INTEGER NOT NULL,
    etag        TEXT    NOT NULL,
    PRIMARY KEY (upload_id, part_number)
) STRICT, WITHOUT ROWID;

-- Garbage collection: when a blob was last claimed by somebody, and what waits to be swept.
ALTER TABLE hold_blobs ADD COLUMN claimed_at INTEGER NOT NULL DEFAULT 0;
CREATE TABLE hold_quarantine (
    digest         TEXT    NOT NULL PRIMARY KEY,
    size           INTEGER NOT NULL,
    stored_at      INTEGER NOT NULL,
    quarantined_at INTEGER NOT NULL,
    removing       INTEGER NOT NULL -- 1 from the moment its bytes are being removed
) STRICT, WITHOUT ROWID;

-- Service tokens that were used: each once per issuer, until it has expired.
CREATE TABLE service_token_ids (
    issuer     TEXT    NOT NULL,
    token_id   TEXT    NOT NULL, -- jti
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, token_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_token_ids_expiry ON service_token_ids (expires_at);

-- AppView: holds that still have to be told of a push, pull or delete.
CREATE TABLE pending_notices (
    id          TEXT    NOT NULL PRIMARY KEY,
    hold_did    TEXT    NOT NULL,
    user_did    TEXT    NOT NULL,
    session_id  TEXT,
    notice      TEXT    NOT NULL, -- JSON
    attempts    INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_notices_next ON pending_notices (next_try_at);
