-- AppView: uploads on their way into a hold elsewhere. What the client may rely on is here or stored in that hold.
CREATE TABLE remote_uploads (
    id             TEXT    NOT NULL PRIMARY KEY,
    hold_did       TEXT    NOT NULL,
    uploader_did   TEXT    NOT NULL,
    repository     TEXT    NOT NULL,
    remote_id      TEXT    NOT NULL, -- what the hold calls it
    size           INTEGER NOT NULL, -- bytes acknowledged: those of the parts, and the tail
    parts          TEXT    NOT NULL, -- JSON array of ETags, in order
    tail           BLOB    NOT NULL, -- bytes too few for a part of their own
    started_at     INTEGER NOT NULL,
    last_active_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_uploads_last_active ON remote_uploads (last_active_at);
