-- The hold's repo: blocks, head, records, events, and what is derived from its records.

-- Blocks by the commit that brought them. A block that a commit drops stays readable for a while, so that whoever
-- reads the tree of an earlier commit can finish: it lived from `rev` until `dropped_rev`.
CREATE TABLE hold_repo_blocks (
    rev         TEXT COLLATE "C" NOT NULL,
    cid         BYTEA NOT NULL, -- binary CID
    content     BYTEA NOT NULL,
    dropped_rev TEXT COLLATE "C",        -- the commit that no longer needs it
    PRIMARY KEY (rev, cid)
);
CREATE INDEX hold_repo_blocks_cid ON hold_repo_blocks (cid);
CREATE INDEX hold_repo_blocks_dropped ON hold_repo_blocks (dropped_rev) WHERE dropped_rev IS NOT NULL;
-- One row: where the repo stands. Whoever writes holds this row.
CREATE TABLE hold_repo_head (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    did        TEXT COLLATE "C" NOT NULL,
    commit_cid BYTEA    NOT NULL,
    rev        TEXT COLLATE "C" NOT NULL,
    data_cid   BYTEA    NOT NULL,
    seq        BIGINT NOT NULL  -- of the last event
);
CREATE TABLE hold_records (
    collection TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    cid        BYTEA NOT NULL,
    rev        TEXT COLLATE "C" NOT NULL, -- the commit that last wrote it
    PRIMARY KEY (collection, record_key)
);
CREATE INDEX hold_records_cid ON hold_records (cid);
-- The firehose: encoded frames in order, without gaps.
CREATE TABLE hold_events (
    seq        BIGINT NOT NULL PRIMARY KEY,
    frame      BYTEA    NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX hold_events_created ON hold_events (created_at);

-- atproto blobs of the hold's own records: uploaded, invisible until a record refers to them.
CREATE TABLE hold_record_blobs (
    cid         BYTEA    NOT NULL PRIMARY KEY,
    digest      TEXT COLLATE "C" NOT NULL, -- the same hash, as the blob store names it
    media_type  TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL,
    uploaded_at BIGINT NOT NULL
);
CREATE TABLE hold_record_blob_uses (
    cid        BYTEA NOT NULL,
    collection TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    rev        TEXT COLLATE "C" NOT NULL, -- the commit that brought the reference
    PRIMARY KEY (cid, collection, record_key)
);
CREATE INDEX hold_record_blob_uses_record ON hold_record_blob_uses (collection, record_key);

-- Derived from the captain, crew and stats records, for looking up.
CREATE TABLE hold_captain (
    id                   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    owner_did            TEXT COLLATE "C" NOT NULL,
    public               BIGINT NOT NULL, -- 0 or 1
    allow_all_crew       BIGINT NOT NULL, -- 0 or 1
    enable_bluesky_posts BIGINT NOT NULL  -- 0 or 1
);
CREATE TABLE hold_crew (
    member_did  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    record_key  TEXT COLLATE "C" NOT NULL UNIQUE,
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON array of strings
    tier        TEXT,
    added_at    BIGINT NOT NULL
);
CREATE TABLE hold_stats (
    owner_did   TEXT COLLATE "C" NOT NULL,
    repository  TEXT COLLATE "C" NOT NULL,
    record_key  TEXT COLLATE "C" NOT NULL UNIQUE,
    pull_count  BIGINT NOT NULL,
    push_count  BIGINT NOT NULL,
    last_pull   BIGINT,
    last_push   BIGINT,
    PRIMARY KEY (owner_did, repository)
);
-- Pulls since the stats record was last written: a pull does not make a commit of its own.
CREATE TABLE hold_pending_pulls (
    owner_did  TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    pulls      BIGINT NOT NULL,
    last_pull  BIGINT NOT NULL,
    PRIMARY KEY (owner_did, repository)
);
-- Posts announcing pushes, by the person they are about.
CREATE TABLE hold_posts (
    record_key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_did   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX hold_posts_user ON hold_posts (user_did);
-- An offer of the captaincy that its receiver has not accepted yet.
CREATE TABLE hold_captaincy_offer (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    member_did TEXT COLLATE "C" NOT NULL,
    offered_by TEXT COLLATE "C" NOT NULL,
    offered_at BIGINT NOT NULL
);

-- hold_layers follows the layer records from here on.
ALTER TABLE hold_layers ADD COLUMN record_key TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX hold_layers_record ON hold_layers (record_key);
CREATE INDEX hold_layers_user_digest ON hold_layers (user_did, digest, size);

-- Bytes promised to somebody: of an upload in flight, then of its blob, until a layer record counts it.
CREATE TABLE hold_reservations (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- the upload's id, or '<user>|<digest>' of a blob without a record
    user_did   TEXT COLLATE "C" NOT NULL,
    digest     TEXT COLLATE "C",                        -- known once the upload is complete
    size       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX hold_reservations_user ON hold_reservations (user_did);
CREATE INDEX hold_reservations_expiry ON hold_reservations (expires_at);
-- Taken by whoever checks a user's quota, so that two checks never see the same free bytes.
CREATE TABLE hold_quota_locks (
    user_did TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

-- Parts of an upload that came by uploadPart.
CREATE TABLE hold_upload_parts (
    upload_id   TEXT COLLATE "C" NOT NULL,
    part_number BIGINT NOT NULL,
    start       BIGINT NOT NULL, -- byte at which it begins
    size        BIGINT NOT NULL,
    etag        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (upload_id, part_number)
);

-- Garbage collection: when a blob was last claimed by somebody, and what waits to be swept.
ALTER TABLE hold_blobs ADD COLUMN claimed_at BIGINT NOT NULL DEFAULT 0;
CREATE TABLE hold_quarantine (
    digest         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size           BIGINT NOT NULL,
    stored_at      BIGINT NOT NULL,
    quarantined_at BIGINT NOT NULL,
    removing       BIGINT NOT NULL -- 1 from the moment its bytes are being removed
);

-- Service tokens that were used: each once per issuer, until it has expired.
CREATE TABLE service_token_ids (
    issuer     TEXT COLLATE "C" NOT NULL,
    token_id   TEXT COLLATE "C" NOT NULL, -- jti
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, token_id)
);
CREATE INDEX service_token_ids_expiry ON service_token_ids (expires_at);

-- AppView: holds that still have to be told of a push, pull or delete.
CREATE TABLE pending_notices (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    hold_did    TEXT COLLATE "C" NOT NULL,
    user_did    TEXT COLLATE "C" NOT NULL,
    session_id  TEXT,
    notice      TEXT COLLATE "C" NOT NULL, -- JSON
    attempts    BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX pending_notices_next ON pending_notices (next_try_at);
