-- AppView: uploads on their way into a hold elsewhere. What the client may rely on is here or stored in that hold.
CREATE TABLE remote_uploads (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    hold_did       TEXT COLLATE "C" NOT NULL,
    uploader_did   TEXT COLLATE "C" NOT NULL,
    repository     TEXT COLLATE "C" NOT NULL,
    remote_id      TEXT COLLATE "C" NOT NULL, -- what the hold calls it
    size           BIGINT NOT NULL, -- bytes acknowledged: those of the parts, and the tail
    parts          TEXT COLLATE "C" NOT NULL, -- JSON array of ETags, in order
    tail           BYTEA    NOT NULL, -- bytes too few for a part of their own
    started_at     BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL
);
CREATE INDEX remote_uploads_last_active ON remote_uploads (last_active_at);
